package dev.steelyard.lb.registry;

import dev.steelyard.lb.internal.FaultExit;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One listener and how far it has been told.
 *
 * <p>{@link #catchUp} is a serial loop without a lock and without a thread of its own: `signals`
 * counts the requests to catch up; who raises it from zero runs the loop until it is back at zero,
 * everybody else just leaves a signal. So calls to the listener never overlap, a call made from
 * within the listener does not recurse, and the last signal is always followed by a look at the
 * current snapshot. The counter begins at one for {@link #start}, so that the first call is made by
 * the subscribing thread and is over when it goes on. `told` is written only inside the loop; the
 * counter's atomic operations carry it from one looping thread to the next.
 */
final class Subscriber implements Subscription {
  private final RegistryListener listener;
  private final Supplier<RegistrySnapshot> current;
  private final FaultExit faults;
  private final Consumer<Subscriber> onClose;
  private final AtomicInteger signals = new AtomicInteger(1);
  private final Queue<Question> questions = new ConcurrentLinkedQueue<>();
  private @Nullable RegistrySnapshot told;
  private volatile boolean closed;

  /**
   * Asks when the listener is idle, once it has been told of the version in which draining began.
   */
  private record Question(Drain drain, long version) {}

  Subscriber(
      RegistryListener listener,
      Supplier<RegistrySnapshot> current,
      FaultExit faults,
      Consumer<Subscriber> onClose) {
    this.listener = listener;
    this.current = current;
    this.faults = faults;
    this.onClose = onClose;
  }

  void askWhenIdle(Drain drain, long version) {
    questions.add(new Question(drain, version));
  }

  /** Tells of the current state, and of what changes meanwhile. To be called once. */
  void start() {
    loop();
  }

  void catchUp() {
    if (signals.getAndIncrement() == 0) {
      loop();
    }
  }

  private void loop() {
    int seen = 1;
    do {
      tell();
      answer();
      seen = signals.addAndGet(-seen);
    } while (seen != 0);
  }

  private void tell() {
    RegistrySnapshot now = current.get();
    RegistrySnapshot before = told == null ? RegistrySnapshot.empty() : told;
    if (closed || (told != null && before.version() == now.version())) {
      return;
    }
    told = now;
    try {
      listener.onChange(RegistryChange.between(before, now));
    } catch (Throwable fault) {
      faults.report("RegistryListener.onChange", fault);
    }
  }

  private void answer() {
    for (Question question = questions.peek();
        question != null && (closed || (told != null && told.version() >= question.version()));
        question = questions.peek()) {
      questions.remove();
      ask(question.drain());
    }
  }

  private void ask(Drain drain) {
    if (closed) {
      drain.release();
      return;
    }
    try {
      CompletionStage<?> idle = listener.whenIdle(drain.registration());
      idle.whenComplete((result, failure) -> drain.release());
    } catch (Throwable fault) {
      drain.release();
      faults.report("RegistryListener.whenIdle", fault);
    }
  }

  @Override
  public void close() {
    closed = true;
    onClose.accept(this);
    catchUp(); // releases what a drain still holds here
  }
}
