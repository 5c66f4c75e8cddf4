package io.jangada.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/// Draws what grew. It comes with the build's profile `extras`, so that the product does not carry
/// a library for it.
public interface Plotter {
  /// Writes a picture, over what is there.
  ///
  /// @param file a PNG
  void draw(List<Growth.Curve> curves, Path file) throws IOException;

  /// The one of this build, if it has one.
  static Optional<Plotter> find() {
    return ServiceLoader.load(Plotter.class).findFirst();
  }
}
