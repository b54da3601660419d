package dev.steelyard.examples.chaos;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What can go wrong with an instance. */
enum Fault {
  SIGKILL(Where.PROXY, 0, "the process is killed, and later started again on the same port"),
  SIGSTOP(
      Where.PROXY,
      0,
      "the process is stopped: the kernel accepts connections, nobody answers; later SIGCONT"),
  RESET(Where.SERVER, 0, "reads the request, then resets the connection"),
  REFUSED(Where.SERVER, 0, "closes its port and its connections; the process lives"),
  SLOW(Where.SERVER, 0, "takes 30 times as long"),
  ERRORS50(Where.SERVER, 0, "answers half of the requests with 500"),
  FAST503(Where.SERVER, 0, "answers everything with 503 at once"),
  TRUNCATED(Where.SERVER, 0, "ends the connection in the middle of the body"),
  TLS(
      Where.SERVER,
      0,
      "presents a certificate that the client does not trust (a fleet of its own, with https)"),
  DNS(Where.SERVER, 0, "its name no longer resolves; the server itself is well"),
  FLAP(Where.PROXY, 0, "down for a second, up for a second, and so on"),
  ALLDOWN(Where.ALL, 1, "all instances go, and come back together");

  /** In what it is injected by preference. */
  enum Where {
    /** Something that is not Java, if there is one. */
    PROXY,
    /** A server that is spoken to directly. */
    SERVER,
    /** Every instance. */
    ALL
  }

  private final Where where;
  private final double allowance;
  private final String meaning;

  Fault(Where where, double allowance, String meaning) {
    this.where = where;
    this.allowance = allowance;
    this.meaning = meaning;
  }

  Where where() {
    return where;
  }

  /** The share of the requests whose callers may get an error without a promise being broken. */
  double allowance() {
    return allowance;
  }

  String meaning() {
    return meaning;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    return label();
  }

  static String labels() {
    return Arrays.stream(values()).map(Fault::label).collect(Collectors.joining(", "));
  }

  static Fault of(String label) {
    return Arrays.stream(values())
        .filter(fault -> fault.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    label + " (expected: one of " + labels() + ", or a+b)"));
  }

  /** Reads one fault, or two that happen at the same time. */
  static final class Converter implements ITypeConverter<Case> {
    @Override
    public Case convert(String text) {
      return Case.of(text);
    }
  }
}
