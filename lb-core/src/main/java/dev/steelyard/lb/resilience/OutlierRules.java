package dev.steelyard.lb.resilience;

import dev.steelyard.lb.env.RandomSource;
import dev.steelyard.lb.resilience.OutlierDetection.Finding;
import dev.steelyard.lb.resilience.OutlierDetection.Gate;
import dev.steelyard.lb.resilience.OutlierDetection.Rule;
import dev.steelyard.lb.resilience.OutlierDetection.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of {@link OutlierDetection}. Every rule first draws its bound from those that are
 * judged and have the volume, and only these are held against it: what had hardly any requests must
 * not move mean and deviation (servicetalk#3551).
 *
 * @param gates of the rules that are on
 * @param deviations of the success rate, below the mean
 * @param margin of the success rate, in percentage points below the mean
 * @param failurePercentage from which on it is too much
 * @param latencyFactor times the median
 * @param latencyFloorNanos below which nothing is slow
 */
record OutlierRules(
    Map<Rule, Gate> gates,
    double deviations,
    double margin,
    double failurePercentage,
    double latencyFactor,
    long latencyFloorNanos) {

  /**
   * In percentage points: less is the rounding of a mean, not a difference between instances. All
   * at the same rate have a mean that may be above it in the last digit, and no deviation.
   */
  private static final double ROUNDING = 1e-9;

  private static final double NANOS_PER_MILLI = 1e6;

  /** The worst first. */
  private static final Comparator<Suspect> ORDER =
      Comparator.comparing(Suspect::isFailing)
          .thenComparingDouble(Suspect::severity)
          .thenComparingLong(suspect -> suspect.sample().requests())
          .reversed()
          .thenComparingInt(Suspect::index);

  /** What a rule makes of a fleet. */
  private record Bound(Rule rule, double threshold, String formula) {
    boolean isBrokenBy(double value) {
      return switch (rule) {
        case SUCCESS_RATE -> value < threshold - ROUNDING;
        case FAILURE_PERCENTAGE -> value >= threshold;
        case LATENCY -> value > threshold;
      };
    }
  }

  /** A rule that an instance broke. */
  record Breach(Rule rule, double value, double threshold, String explanation) {}

  /** An instance that broke rules, at least one. */
  record Suspect(int index, Sample sample, List<Breach> breaches) {
    /** Rather than slow. */
    boolean isFailing() {
      return breaches.get(0).rule() != Rule.LATENCY;
    }

    double severity() {
      return isFailing() ? failures(sample) : sample.latencyNanos();
    }
  }

  /** Returns who broke a rule, the worst first. */
  List<Suspect> suspects(List<Sample> fleet) {
    List<Bound> bounds = new ArrayList<>(gates.size());
    for (Rule rule : gates.keySet()) {
      Bound bound = bound(rule, fleet);
      if (bound != null) {
        bounds.add(bound);
      }
    }
    List<Suspect> suspects = new ArrayList<>();
    for (int i = 0; i < fleet.size(); i++) {
      List<Breach> breaches = new ArrayList<>(0);
      Sample sample = fleet.get(i);
      for (Bound bound : bounds) {
        if (counts(bound.rule(), sample) && bound.isBrokenBy(value(bound.rule(), sample))) {
          breaches.add(breach(bound, value(bound.rule(), sample)));
        }
      }
      if (!breaches.isEmpty()) {
        suspects.add(new Suspect(i, sample, breaches));
      }
    }
    suspects.sort(ORDER);
    return suspects;
  }

  /** Draws for one rule after the other, until one is enforced. */
  Finding finding(Suspect suspect, RandomSource random) {
    Breach chosen = null;
    for (Breach breach : suspect.breaches()) {
      if (chosen == null && isEnforced(breach.rule(), random)) {
        chosen = breach;
      }
    }
    boolean enforced = chosen != null;
    Breach first = chosen == null ? suspect.breaches().get(0) : chosen;
    StringBuilder explanation = new StringBuilder(first.explanation());
    for (Breach breach : suspect.breaches()) {
      if (breach.rule() != first.rule()) {
        explanation.append("; also ").append(breach.explanation());
      }
    }
    return new Finding(
        suspect.index(),
        first.rule(),
        enforced,
        first.value(),
        first.threshold(),
        explanation.toString());
  }

  private boolean isEnforced(Rule rule, RandomSource random) {
    int percent = gate(rule).enforcing();
    return percent == 100 || (percent > 0 && random.nextInt(100) < percent);
  }

  private Gate gate(Rule rule) {
    Gate gate = gates.get(rule);
    if (gate == null) {
      throw new IllegalStateException(rule + " is off");
    }
    return gate;
  }

  private boolean counts(Rule rule, Sample sample) {
    return sample.judged()
        && sample.requests() >= gate(rule).volume()
        && (rule != Rule.LATENCY || sample.latencyNanos() > 0); // NaN is not, either
  }

  private static double value(Rule rule, Sample sample) {
    return switch (rule) {
      case SUCCESS_RATE -> 100.0 * sample.successes() / sample.requests();
      case FAILURE_PERCENTAGE -> failures(sample);
      case LATENCY -> sample.latencyNanos();
    };
  }

  private static double failures(Sample sample) {
    return 100.0 * sample.failures() / sample.requests();
  }

  /** What the rule holds instances against; null if there are too few to tell. */
  private @Nullable Bound bound(Rule rule, List<Sample> fleet) {
    // Sorted, so that sums do not depend on the order of the list, not even in the last digit.
    double[] values =
        fleet.stream()
            .filter(sample -> counts(rule, sample))
            .mapToDouble(sample -> value(rule, sample))
            .sorted()
            .toArray();
    if (values.length < gate(rule).minimumHosts()) {
      return null;
    }
    return switch (rule) {
      case SUCCESS_RATE -> successRate(values);
      case FAILURE_PERCENTAGE -> new Bound(rule, failurePercentage, "");
      case LATENCY -> latency(values);
    };
  }

  private Bound successRate(double[] rates) {
    double mean = Arrays.stream(rates).sum() / rates.length;
    double squares = 0;
    for (double rate : rates) {
      squares += (rate - mean) * (rate - mean);
    }
    double deviation = Math.sqrt(squares / rates.length);
    return deviations * deviation >= margin
        ? new Bound(
            Rule.SUCCESS_RATE,
            mean - deviations * deviation,
            " = mean " + percent(mean) + " - " + deviations + " x " + percent(deviation))
        : new Bound(
            Rule.SUCCESS_RATE, mean - margin, " = mean " + percent(mean) + " - " + percent(margin));
  }

  /** Of an even number the lower one of the middle: if half of the fleet is slow, it still is. */
  private Bound latency(double[] latencies) {
    double median = latencies[(latencies.length - 1) / 2];
    return latencyFactor * median >= latencyFloorNanos
        ? new Bound(
            Rule.LATENCY,
            latencyFactor * median,
            " = " + latencyFactor + " x median " + millis(median))
        : new Bound(Rule.LATENCY, latencyFloorNanos, " = floor");
  }

  private static Breach breach(Bound bound, double value) {
    Rule rule = bound.rule();
    String comparison =
        switch (rule) {
          case SUCCESS_RATE -> percent(value) + " < " + percent(bound.threshold());
          case FAILURE_PERCENTAGE -> percent(value) + " >= " + percent(bound.threshold());
          case LATENCY -> millis(value) + " > " + millis(bound.threshold());
        };
    return new Breach(rule, value, bound.threshold(), rule + " " + comparison + bound.formula());
  }

  /** Every knob of the rules that are on. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    gates.forEach(
        (rule, gate) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(rule)
                .append(
                    switch (rule) {
                      case SUCCESS_RATE ->
                          " < mean - max(" + deviations + " deviations, " + margin + " points)";
                      case FAILURE_PERCENTAGE -> " >= " + failurePercentage + " %";
                      case LATENCY ->
                          " > max("
                              + (latencyFactor + " x median, ")
                              + (Duration.ofNanos(latencyFloorNanos) + ")");
                    })
                .append(" (")
                .append(gate)
                .append(')'));
    return text.toString();
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.1f %%", value);
  }

  private static String millis(double nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / NANOS_PER_MILLI);
  }
}
