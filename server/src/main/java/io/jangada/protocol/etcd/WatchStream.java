package io.jangada.protocol.etcd;

import io.jangada.node.watch.WatchEnd;
import io.jangada.protocol.etcd.WatchMessage.Content;
import io.jangada.protocol.etcd.api.WatchCreateRequest;
import io.jangada.protocol.etcd.api.WatchRequest;
import io.jangada.protocol.etcd.api.WatchResponse;
import io.jangada.protocol.rpc.Call;
import io.jangada.protocol.rpc.Code;
import io.jangada.protocol.rpc.Moment;
import io.jangada.protocol.rpc.Receiver;
import io.jangada.protocol.rpc.Status;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/// A client's stream, and the watches on it.
///
/// **One order.** Whatever the replica tells any of the watches comes through the connection's lane
/// in the order in which the replica said it, and goes out in that order, what waits for the client
/// included. So a progress is never ahead of an event.
///
/// **A slow client.** Events are held up to a limit. Beyond, watches pause before events that they
/// would get: these stay in the replica, whatever their number, and only their first revision is
/// kept. When all that was held is sent, some watches at a time read on from there.
///
/// **Progress.** One watch is asked how far it is. The answer holds for all those that are not
/// *behind*: that have started, that are not paused, and that are not reading what they missed.
final class WatchStream implements Receiver<WatchRequest> {
  /// How many bytes of events are held before watches pause…
  private static final int HELD_BYTES_MAX = 256 << 10;

  /// …and before those pause of a stream that holds some, by what all of the connection hold.
  private static final int HELD_BYTES_TOGETHER_MAX = 1 << 20;

  /// How many watches are beginning at a time: what the replica takes is for others too.
  private static final int BEGINNING_MAX = 1_024;

  /// How many watches that paused read on at a time.
  private static final int READING_MAX = 16;

  /// How many answers wait for the client.
  private static final int UNSENT_MAX = 65_536;

  /// What a request takes while it waits, about, beside its own size.
  private static final int REQUEST_BYTES = 128;

  private static final long BUSY_MILLIS = 10;

  private static final Status OVERLOADED =
      Errors.of(Code.UNAVAILABLE, "too many requests of this stream are waiting");
  private static final String RANGE_EMPTY = "mvcc: watcher range is empty";
  private static final String DUPLICATE = "mvcc: duplicate watch ID provided on the WatchStream";

  /// A create that was not answered yet. They are answered in order.
  static final class Beginning {
    /// What is to be answered; empty while that is not known.
    private List<WatchResponse> answers = List.of();
  }

  /// What is yet to be sent.
  ///
  /// @param response null for events
  /// @param events null for anything else
  private record Unsent(WatchResponse response, WatchMessage events) {}

  private final Call call;
  private final long progressMillis;
  private final AtomicLong heldBytes = new AtomicLong();

  // The event loop's, as are all that follow.
  private final ArrayDeque<WatchRequest> requests = new ArrayDeque<>(0);
  private final ArrayDeque<Beginning> beginning = new ArrayDeque<>(0);
  private final ArrayDeque<Unsent> unsent = new ArrayDeque<>(0);
  private final Map<Long, StreamedWatch> watches = new LinkedHashMap<>();
  private long nextId;
  private boolean isBusy;
  private boolean isHalfClosed;

  /// Whether [#handleRequests] is at work: an answer that is known at once has it called again.
  private boolean isHandling;

  private final ArrayDeque<StreamedWatch> paused = new ArrayDeque<>(0);
  private int reading;

  // ---- progress ----

  private int behind;

  /// Those that want nothing before a revision that is yet to come.
  private final Set<StreamedWatch> early = new LinkedHashSet<>();

  /// The watch that is asked how far it is; null for none.
  private StreamedWatch asked;

  /// Whether the client wants to know it of the whole stream, and wanted to before that was asked.
  private boolean isWanted;

  private boolean isWantedAgain;

  /// Whether it is time to tell it to watches without events.
  private boolean isTime;

  private Future<?> timer;

  WatchStream(Call call, long progressMillis) {
    this.call = call;
    this.progressMillis = progressMillis;
  }

  Call call() {
    return call;
  }

  // ---- from any thread ----

  /// Whether watches need not pause.
  boolean takesEvents() {
    long held = heldBytes.get();
    return held == 0
        || held < HELD_BYTES_MAX && call.connection().eventBytes() < HELD_BYTES_TOGETHER_MAX;
  }

  void say(WatchMessage message) {
    hold(message.bytes());
    call.connection().lane().answered(message);
  }

  private void hold(long bytes) {
    if (bytes == 0) return;
    heldBytes.addAndGet(bytes);
    call.connection().holdEvents(bytes);
  }

  // ---- what the client says ----

  @Override
  public void message(WatchRequest request) {
    if (!call.port().waiting().tryTake(costBytes(request))) {
      end(OVERLOADED);
      return;
    }
    requests.add(request);
    handleRequests();
  }

  private static int costBytes(WatchRequest request) {
    return REQUEST_BYTES + request.getSerializedSize();
  }

  /// It is served on: clients that have nothing more to ask still wait for events.
  @Override
  public void halfClosed() {
    isHalfClosed = true;
    endIfDone();
  }

  /// Ends a stream on which nothing can come any more. Clients with JSON do not look at what they
  /// are told of a watch that ended, and would wait for ever.
  private void endIfDone() {
    boolean waits = isBusy || !requests.isEmpty() || !beginning.isEmpty() || !unsent.isEmpty();
    if (isHalfClosed && !waits && watches.isEmpty() && !call.isOver()) end(Status.OK);
  }

  private void handleRequests() {
    if (isHandling) return;
    isHandling = true;
    while (!isBusy && !requests.isEmpty() && beginning.size() < BEGINNING_MAX) {
      WatchRequest request = requests.peek();
      handle(request);
      if (isBusy || requests.isEmpty()) break;
      requests.poll();
      call.port().waiting().give(costBytes(request));
    }
    isHandling = false;
  }

  private void handle(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(request.getCreateRequest());
      case CANCEL_REQUEST -> {
        StreamedWatch watch = watches.get(request.getCancelRequest().getWatchId());
        if (watch != null) {
          watch.cancel();
          forget(watch);
        }
      }
      case PROGRESS_REQUEST -> {
        if (isWanted) isWantedAgain = true;
        else wantProgress();
      }
      case REQUESTUNION_NOT_SET -> {}
    }
  }

  private void create(WatchCreateRequest create) {
    if (create.getStartRevision() < 0) {
      refuse(Errors.COMPACTED.message());
      return;
    }
    io.jangada.node.watch.WatchRequest wanted = WatchCalls.wanted(create);
    long id = create.getWatchId();
    if (wanted.keys().isEmpty()) refuse(RANGE_EMPTY);
    else if (id != 0 && watches.containsKey(id)) refuse(DUPLICATE);
    else begin(create, wanted);
  }

  private void begin(WatchCreateRequest create, io.jangada.node.watch.WatchRequest wanted) {
    long id = create.getWatchId();
    if (id == 0) while (watches.containsKey(id = nextId)) nextId++;
    StreamedWatch watch =
        new StreamedWatch(
            this,
            id,
            wanted,
            new StreamedWatch.Options(create.getFragment(), create.getProgressNotify()));
    if (!watch.begin()) {
      isBusy = true;
      call.connection().later(this::tryAgain, BUSY_MILLIS);
      return;
    }
    if (create.getWatchId() == 0) nextId = id + 1;
    watches.put(id, watch);
    watch.beginning = new Beginning();
    beginning.add(watch.beginning);
    if (create.getProgressNotify() && timer == null) startTimer();
  }

  private void tryAgain() {
    isBusy = false;
    handleRequests();
    if (!call.isOver()) call.flushSoon();
  }

  private void refuse(String reason) {
    Beginning refused = new Beginning();
    beginning.add(refused);
    call.askMoment(moment -> answer(refused, List.of(WatchAnswers.refused(moment, reason))));
  }

  private void answer(Beginning one, List<WatchResponse> answers) {
    one.answers = answers;
    while (!beginning.isEmpty() && !beginning.peek().answers.isEmpty())
      for (WatchResponse next : beginning.poll().answers) push(new Unsent(next, null));
    handleRequests();
    endIfDone();
  }

  // ---- what the replica says ----

  void arrived(WatchMessage message) {
    StreamedWatch watch = message.watch;
    if (call.isOver()) {
      hold(-message.bytes());
      return;
    }
    switch (message.content) {
      case Content.Started() -> started(watch, message.moment);
      case Content.Events _ -> {
        watch.hadEvents = true;
        if (watch.isOver) hold(-message.bytes());
        else push(new Unsent(null, message));
      }
      case Content.Paused() -> {
        watch.isPaused = true;
        if (watch.isOver) return;
        paused.add(watch);
        endReading(watch);
        setBehind(watch, true);
        if (watch == asked) askAnother();
      }
      case Content.Progress(long revision) -> {
        watch.isAsked = false;
        endReading(watch);
        setBehind(watch, false);
        if (watch == asked) tellProgress(revision, message.moment);
      }
      case Content.Compacted(long revision) -> {
        forget(watch);
        push(WatchAnswers.compacted(message.moment, watch.id(), Compaction.revision(revision)));
      }
      case Content.Ended(WatchEnd reason) -> ended(watch, reason, message.moment);
    }
    readOn();
    endIfDone();
  }

  private void started(StreamedWatch watch, Moment moment) {
    if (!watch.isOver && watch.from() > moment.revision()) {
      early.add(watch);
    } else if (!watch.isOver && watch.from() > 0) {
      setBehind(watch, true);
      watch.askProgress();
    }
    answer(takeBeginning(watch), List.of(WatchAnswers.created(moment, watch.id())));
  }

  private static Beginning takeBeginning(StreamedWatch watch) {
    Beginning taken = watch.beginning;
    watch.beginning = null;
    return taken;
  }

  private void ended(StreamedWatch watch, WatchEnd reason, Moment moment) {
    boolean isNew = watch.beginning != null;
    switch (reason) {
      case CANCELLED -> {
        WatchResponse canceled = WatchAnswers.canceled(moment, watch.id(), "");
        WatchResponse created = WatchAnswers.created(moment, watch.id());
        if (isNew) answer(takeBeginning(watch), List.of(created, canceled));
        else push(canceled);
      }
      case PERMISSION_DENIED, TOO_MANY, BUSY -> {
        forget(watch);
        String sentence = sentence(reason);
        if (isNew) {
          if (nextId == watch.id() + 1) nextId = watch.id();
          answer(takeBeginning(watch), List.of(WatchAnswers.refused(moment, sentence)));
        } else {
          push(WatchAnswers.canceled(moment, watch.id(), sentence));
        }
      }
      case NO_LEADER, REMOVED, DATA_DIFFERS, STOPPED -> end(Errors.of(reason));
    }
  }

  /// Why a watch is not served, as clients compare it.
  private String sentence(WatchEnd reason) {
    Status status = Errors.of(reason);
    if (reason == WatchEnd.PERMISSION_DENIED && call.caller() == null)
      status = call.hasBadToken() ? Errors.INVALID_TOKEN : Errors.USER_EMPTY;
    return "rpc error: code = " + status.code().text() + " desc = " + status.message();
  }

  /// It has ended, or the client wants nothing more of it.
  private void forget(StreamedWatch watch) {
    if (watch.isOver) return;
    watch.isOver = true;
    watches.remove(watch.id());
    early.remove(watch);
    endReading(watch);
    setBehind(watch, false);
    if (watch == asked) askAnother();
  }

  // ---- what goes out ----

  private void push(WatchResponse response) {
    push(new Unsent(response, null));
  }

  private void push(Unsent next) {
    if (unsent.isEmpty() && call.isReady()) {
      send(next);
    } else {
      unsent.add(next);
      if (unsent.size() > UNSENT_MAX) end(OVERLOADED);
    }
  }

  private void send(Unsent next) {
    WatchMessage message = next.events;
    if (message == null) {
      call.send(next.response);
      return;
    }
    Content.Events events = (Content.Events) message.content;
    StreamedWatch watch = message.watch;
    boolean divides = watch.options().fragments();
    WatchAnswers.events(message.moment, watch.id(), events.events(), divides).forEach(call::send);
    hold(-message.bytes());
  }

  @Override
  public void ready() {
    while (!unsent.isEmpty() && call.isReady()) send(unsent.poll());
    readOn();
    endIfDone();
  }

  /// Has some of those that paused read on, if all was sent that was held.
  private void readOn() {
    while (reading < READING_MAX && !paused.isEmpty() && unsent.isEmpty() && takesEvents()) {
      StreamedWatch next = paused.poll();
      if (next.isOver) continue;
      next.readOn();
      if (next.readsOn) reading++;
    }
  }

  private void endReading(StreamedWatch watch) {
    if (watch.readsOn) reading--;
    watch.readsOn = false;
  }

  // ---- progress ----

  private void setBehind(StreamedWatch watch, boolean isBehind) {
    if (watch.isBehind != isBehind && !(isBehind && watch.isOver)) {
      watch.isBehind = isBehind;
      behind += isBehind ? 1 : -1;
    }
  }

  /// The client wants to know how far the whole stream is. There is no answer as long as some watch
  /// is behind: the client asks again.
  private void wantProgress() {
    isWanted = behind == 0 && beginning.isEmpty();
    if (isWanted) askOne();
    else
      for (StreamedWatch watch : watches.values())
        if (watch.isBehind && !watch.isPaused) watch.askProgress();
  }

  private void askOne() {
    if (asked != null) return;
    for (StreamedWatch watch : watches.values()) {
      if (watch.isBehind || watch.beginning != null) continue;
      watch.askProgress();
      if (watch.isAsked) asked = watch;
      break;
    }
    if (asked != null) return;
    isWanted = false;
    isTime = false;
  }

  private void askAnother() {
    asked = null;
    if (isWanted || isTime) askOne();
  }

  private void tellProgress(long revision, Moment moment) {
    asked = null;
    early.removeIf(watch -> watch.from() <= revision);
    if (isTime) {
      isTime = false;
      for (StreamedWatch watch : watches.values()) tellProgress(watch, revision, moment);
    }
    if (isWanted && behind == 0 && beginning.isEmpty() && early.isEmpty())
      push(WatchAnswers.progress(moment, WatchAnswers.NO_ID, revision));
    isWanted = false;
    if (isWantedAgain) {
      isWantedAgain = false;
      wantProgress();
    }
  }

  private void tellProgress(StreamedWatch watch, long revision, Moment moment) {
    boolean isDue = watch.options().progress() && !watch.hadEvents;
    if (isDue && !watch.isBehind && watch.beginning == null && !early.contains(watch))
      push(WatchAnswers.progress(moment, watch.id(), revision));
    watch.hadEvents = false;
  }

  private void startTimer() {
    long millis = progressMillis + ThreadLocalRandom.current().nextLong(progressMillis / 10 + 1);
    timer = call.connection().later(this::passTime, millis);
  }

  private void passTime() {
    if (call.isOver()) return;
    startTimer();
    isTime = true;
    askOne();
  }

  // ---- the end ----

  private void end(Status status) {
    call.end(status);
    cancelled();
  }

  @Override
  public void cancelled() {
    for (StreamedWatch watch : watches.values()) watch.cancel();
    watches.clear();
    early.clear();
    paused.clear();
    beginning.clear();
    for (Unsent one : unsent) if (one.events != null) hold(-one.events.bytes());
    unsent.clear();
    for (WatchRequest request : requests) call.port().waiting().give(costBytes(request));
    requests.clear();
    if (timer != null) timer.cancel(false);
    timer = null;
  }
}
