package dev.steelyard.examples.chaos;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.TypeConversionException;

/**
 * What happens in one run: a fault, or two at the same time in different instances.
 *
 * @param faults one or two
 */
record Case(List<Fault> faults) {
  /**
   * With two of four instances gone, more than the retry budget may be needed before they are
   * known.
   */
  static final double PAIR_ALLOWANCE = 0.02;

  Case {
    faults = List.copyOf(faults);
  }

  static Case of(String text) {
    List<Fault> faults = Stream.of(text.split("\\+", -1)).map(Fault::of).toList();
    if (faults.size() > 2) {
      throw new TypeConversionException(text + " (expected: at most two faults)");
    }
    Case made = new Case(faults);
    if (faults.size() == 2 && (faults.get(0) == faults.get(1) || made.has(Fault.ALLDOWN))) {
      throw new TypeConversionException(text + " (expected: two different ones, none alldown)");
    }
    if (faults.size() == 2 && made.has(Fault.TLS)) {
      throw new TypeConversionException(text + " (expected: tls alone: it has its own fleet)");
    }
    return made;
  }

  /** What is run if nothing else is said: each fault, and pairs of different kinds. */
  static List<Case> standard() {
    return Stream.concat(
            Stream.of(Fault.values()).map(fault -> new Case(List.of(fault))),
            Stream.of("sigkill+slow", "sigstop+errors50", "reset+fast503").map(Case::of))
        .toList();
  }

  boolean has(Fault fault) {
    return faults.contains(fault);
  }

  /** The share of the requests whose callers may get an error. */
  double allowance() {
    return faults.size() > 1 ? PAIR_ALLOWANCE : faults.get(0).allowance();
  }

  String label() {
    return faults.stream().map(Fault::label).collect(Collectors.joining("+"));
  }

  @Override
  public String toString() {
    return label();
  }
}
