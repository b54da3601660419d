package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.ScalingMetrics;
import dev.steelyard.autoscale.loop.ReadFailure.Kind;
import dev.steelyard.autoscale.loop.TimedCall.Ended;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One look at the world: the target's count and all sources, asked at once, each on a thread of its
 * own. It is over when all have answered or the time is. Used by the mailbox only.
 */
final class Round {
  private static final String COUNT = "count";

  private final Instant began;
  private final List<Question> questions = new ArrayList<>();
  private final List<Samples> samples = new ArrayList<>();
  private final List<ReadFailure> failures = new ArrayList<>();
  private final Runnable over;
  private @Nullable Integer count;
  private boolean closed;

  private static final class Question {
    final String what;
    final Slot slot;
    boolean open = true;

    Question(String what, Slot slot) {
      this.what = what;
      this.slot = slot;
    }
  }

  Round(Instant began, Runnable over) {
    this.began = began;
    this.over = over;
  }

  Instant began() {
    return began;
  }

  void askCount(Slot slot, ScalingTarget target) {
    ask(
        COUNT,
        slot,
        target::count,
        told -> {
          if (told >= 0) {
            count = told;
          } else {
            failures.add(new ReadFailure(COUNT, Kind.OUT_OF_RANGE, "the count is " + told));
          }
        },
        () -> {});
  }

  void ask(String what, Slot slot, MetricsSource source) {
    Samples into = new Samples();
    ask(
        what,
        slot,
        () -> {
          source.read(began, into);
          return into;
        },
        samples::add,
        // What it had added before it failed counts: the call has ended, nobody writes any more.
        () -> samples.add(into));
  }

  private <T> void ask(
      String what, Slot slot, Callable<T> body, Consumer<T> good, Runnable afterFailure) {
    Question question = new Question(what, slot);
    if (slot.isTaken()) {
      failures.add(
          new ReadFailure(what, Kind.STILL_READING, "an earlier call has not returned yet"));
      return;
    }
    questions.add(question);
    slot.call(body, ended -> answered(question, ended, good, afterFailure));
  }

  private <T> void answered(
      Question question, Ended<T> ended, Consumer<T> good, Runnable afterFailure) {
    if (closed || !question.open) {
      return;
    }
    question.open = false;
    @Nullable T value = ended.value();
    if (value != null) {
      good.accept(value);
    } else {
      @Nullable Throwable why = ended.failure();
      String text = why == null ? "it returned null" : Texts.of(why);
      failures.add(new ReadFailure(question.what, Kind.SOURCE_FAILED, text));
      afterFailure.run();
    }
    closeIfAnswered();
  }

  /** To be called when all have been asked: perhaps none could be. */
  void closeIfAnswered() {
    if (!closed && questions.stream().noneMatch(question -> question.open)) {
      close();
    }
  }

  /** The time is over. */
  void expire(Duration limit) {
    if (closed) {
      return;
    }
    for (Question question : questions) {
      if (question.open) {
        question.open = false;
        question.slot.abandon();
        failures.add(
            new ReadFailure(
                question.what, Kind.TIMEOUT, "no answer in " + limit.toMillis() + " ms"));
      }
    }
    close();
  }

  private void close() {
    closed = true;
    over.run();
  }

  boolean isClosed() {
    return closed;
  }

  /** The target's count, or null if it did not tell. */
  @Nullable Integer count() {
    return count;
  }

  /** Why there is no count. */
  String countFailure() {
    return failures.stream()
        .filter(failure -> failure.what().equals(COUNT))
        .map(failure -> failure.kind() + ", " + failure.message())
        .findFirst()
        .orElse("unknown");
  }

  /** All that was read, as of this time. */
  ScalingMetrics metrics(Instant time, int instances) {
    ScalingMetrics.Builder builder = ScalingMetrics.at(time).instances(instances);
    Samples.merge(samples, builder, failures::add);
    samples.forEach(one -> failures.addAll(one.failures()));
    return builder.build();
  }

  List<ReadFailure> failures() {
    return List.copyOf(failures);
  }
}
