package dev.steelyard.autoscale.loop;

import dev.steelyard.autoscale.Metric;
import dev.steelyard.autoscale.ScalingDecision;
import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.limits.DirectionLimits;
import dev.steelyard.autoscale.limits.RatePolicy;
import dev.steelyard.autoscale.rules.TargetTracking;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A loop in virtual time, a fleet that is a number, a CPU that is another. */
final class Fixture {
  static final ScalingPolicy POLICY =
      ScalingPolicy.builder()
          .name("orders")
          .bounds(1, 10)
          .rule(TargetTracking.of(Metric.CPU, 50))
          .scaleUp(DirectionLimits.none())
          .scaleDown(DirectionLimits.none())
          .build();

  /** One that has to remember changes for an hour, but is not held back by them. */
  static final ScalingPolicy REMEMBERING =
      ScalingPolicy.builder()
          .name("orders")
          .bounds(1, 10)
          .rule(TargetTracking.of(Metric.CPU, 50))
          .scaleUp(DirectionLimits.none().rate(RatePolicy.instances(100, Duration.ofHours(1))))
          .scaleDown(DirectionLimits.none())
          .build();

  final VirtualTime time = new VirtualTime();
  final Fleet fleet = new Fleet();
  final MemoryStore store = new MemoryStore();
  final Recorder recorder = new Recorder();
  double cpu = 50;

  /** The target. */
  static final class Fleet implements ScalingTarget {
    int count = 4;
    final List<Integer> asked = new ArrayList<>();
    Exception countFails;
    Exception scaleFails;
    int partly = -1;
    boolean replaces;
    final List<String> replaced = new ArrayList<>();

    @Override
    public boolean replaces() {
      return replaces;
    }

    @Override
    public void replace(Collection<String> ids) {
      replaced.addAll(ids);
    }

    @Override
    public int count() throws Exception {
      if (countFails != null) {
        throw countFails;
      }
      return count;
    }

    @Override
    public void scaleTo(int wanted) throws Exception {
      asked.add(wanted);
      if (partly >= 0) {
        count = partly;
      }
      if (scaleFails != null) {
        throw scaleFails;
      }
      count = wanted;
    }
  }

  /** Forgets nothing, unless told to fail. */
  static final class MemoryStore implements StateStore {
    String text;
    int saves;
    boolean fails;

    @Override
    public Optional<String> load() {
      return Optional.ofNullable(text);
    }

    @Override
    public void save(String saved) throws IOException {
      if (fails) {
        throw new IOException("disk full");
      }
      saves++;
      text = saved;
    }
  }

  /** Writes down what it is told. */
  static final class Recorder implements AutoScalerListener {
    final List<ScalingDecision> decisions = new ArrayList<>();
    final List<ScalingEvent> events = new ArrayList<>();
    final List<ReadFailure> readFailures = new ArrayList<>();
    final List<Exception> saveFailures = new ArrayList<>();

    @Override
    public void onDecision(ScalingDecision decision) {
      decisions.add(decision);
    }

    @Override
    public void onEvent(ScalingEvent event) {
      events.add(event);
    }

    @Override
    public void onReadFailure(ReadFailure failure) {
      readFailures.add(failure);
    }

    @Override
    public void onSaveFailure(Exception problem) {
      saveFailures.add(problem);
    }

    ScalingDecision last() {
      return decisions.get(decisions.size() - 1);
    }
  }

  AutoScalerBuilder builder() {
    return builder(POLICY);
  }

  AutoScalerBuilder builder(ScalingPolicy policy) {
    return AutoScaler.builder("orders", policy, fleet)
        .clock(time)
        .timer(time)
        .workers(time.workers())
        .listener(recorder)
        .stateStore(store)
        .source(MetricsSource.of(Metric.CPU, () -> cpu));
  }

  AutoScaler start() {
    return start(builder());
  }

  AutoScaler start(AutoScalerBuilder builder) {
    AutoScaler scaler = builder.build();
    scaler.start();
    time.advance(Duration.ZERO);
    return scaler;
  }

  void seconds(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }

  Instant at(long seconds) {
    return VirtualTime.START.plusSeconds(seconds);
  }
}
