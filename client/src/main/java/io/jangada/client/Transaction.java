package io.jangada.client;

import io.jangada.bytes.ByteWriter;
import java.util.List;

/// One list of steps if all comparisons hold, and another if one does not: all of it at once and
/// under one revision, or nothing.
///
/// ```java
/// client.transaction(
///     Transaction.when(Compare.revision(from, 7))
///         .then(Put.add(from, -5), Put.add(to, 5))
///         .otherwise(Step.get(from)));
/// ```
///
/// A step that comes to nothing, because its condition fails or its key is not there, does not keep
/// the others from being done. Each method gives another one and leaves this as it is.
public final class Transaction extends Step {
  private final List<Compare> compares;
  private final List<Step> then;
  private final List<Step> otherwise;

  private Transaction(List<Compare> compares, List<Step> then, List<Step> otherwise) {
    this.compares = compares;
    this.then = then;
    this.otherwise = otherwise;
  }

  /// Without comparisons the first list of steps is done.
  public static Transaction when(Compare... compares) {
    return new Transaction(List.of(compares), List.of(), List.of());
  }

  public Transaction then(Step... steps) {
    return then(List.of(steps));
  }

  public Transaction then(List<Step> steps) {
    return new Transaction(compares, List.copyOf(steps), otherwise);
  }

  public Transaction otherwise(Step... steps) {
    return otherwise(List.of(steps));
  }

  public Transaction otherwise(List<Step> steps) {
    return new Transaction(compares, then, List.copyOf(steps));
  }

  @Override
  void writeTo(ByteWriter out) {
    out.put(10).putInt(compares.size());
    for (Compare compare : compares) compare.writeTo(out);
    for (List<Step> steps : List.of(then, otherwise)) {
      out.putInt(steps.size());
      for (Step step : steps) step.writeTo(out);
    }
  }
}
