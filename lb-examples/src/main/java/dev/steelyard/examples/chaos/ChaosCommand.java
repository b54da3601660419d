package dev.steelyard.examples.chaos;

import dev.steelyard.examples.Ranges;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of the failure run. */
@Command(
    name = "chaos",
    description = {
      "Breaks real servers while requests are sent at a constant rate, and counts what the callers"
          + " see of it, with this library and with a peer. Servers are processes of their own on the"
          + " loopback address; half of the instances are nginx and HAProxy in front of one, where"
          + " these are installed. Each case has a fifth of its time without a fault, two fifths with"
          + " it, and two fifths to recover.",
      "",
      "The exit status is 0 if this library kept its promises: no request lost, no more errors to"
          + " callers of idempotent requests than the fault allows (none; any while all instances are"
          + " down; 2 %% of the requests with two faults at a time), no POST executed twice, nothing"
          + " in flight at the end; in a soak also no thread left and the heap not grown by more than"
          + " 16 MB. It is 1 if one was broken, 2 for wrong arguments. The peer has no say in it.",
      ""
    },
    footer = {
      "",
      "The faults:",
      "  sigkill    the process is killed, later started again on the same port",
      "  sigstop    the process is stopped (SIGSTOP): connections are accepted, nothing is answered",
      "  reset      reads the request, then resets the connection",
      "  refused    closes its port and its connections; the process lives",
      "  slow       takes 30 times as long",
      "  errors50   answers half of the requests with 500",
      "  fast503    answers everything with 503 at once",
      "  truncated  ends the connection in the middle of the body",
      "  tls        presents a certificate that is not trusted (a fleet of its own, with https)",
      "  dns        its name no longer resolves",
      "  flap       down for a second, up for a second, and so on",
      "  alldown    all instances go, and come back together",
      "  a+b        two at the same time, in different instances",
      "",
      "What the numbers mean:",
      "  lost         requests that ended in neither an answer nor an exception",
      "  callerErrors requests that ended with an exception, a status from 400 on or a wrong body",
      "  awayMillis   from the injection until the bad instance stays below 1 %% of the attempts in"
          + " every sliding second (single attempts are probes); -1: never",
      "  backMillis   from the end of the fault until it gets 80 %% of its fair share for a second;"
          + " with alldown until 80 %% of the requests are answered for a second; -1: not in the run",
      "  badShare     its part of the attempts while the fault lasted, from a second after it began",
      "  extraLoad    attempts per request, minus 1"
    })
public final class ChaosCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--faults",
      paramLabel = "FAULT",
      split = ",",
      converter = Fault.Converter.class,
      description = "Which, in this order (default: all, and some pairs); those of a soak.")
  private List<Case> cases = Case.standard();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long one case takes with one client (default: ${DEFAULT-VALUE}).")
  private double seconds = 6;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests per second (default: ${DEFAULT-VALUE}).")
  private double rate = 200;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description = "How many instances there are (default: ${DEFAULT-VALUE}).")
  private int instances = 4;

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description = {
        "Who runs beside: spring (Spring Cloud LoadBalancer with Resilience4j set up for this load),"
            + " spring-defaults (with the numbers that Resilience4j comes with) or none (default:"
            + " ${DEFAULT-VALUE})."
      })
  private String peer = "spring";

  @Option(
      names = "--post-share",
      paramLabel = "SHARE",
      description =
          "The part of the requests that are POSTs, 0 to 1 (default: ${DEFAULT-VALUE}). An error for"
              + " a POST breaks no promise; executing it twice does.")
  private double postShare;

  @Option(
      names = "--service-millis",
      paramLabel = "N",
      description = "Mean time of a server to answer (default: ${DEFAULT-VALUE}).")
  private int serviceMillis = 5;

  @Option(
      names = "--under-way",
      paramLabel = "N",
      description = "How many requests may be under way (default: ${DEFAULT-VALUE}).")
  private int underWay = 2_000;

  @Option(
      names = "--proxies",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether to use nginx and HAProxy where they are installed (default: yes).")
  private boolean proxies;

  @Option(
      names = "--soak",
      paramLabel = "SECONDS",
      description =
          "In place of one case after the other: faults at random for so long, this library only,"
              + " and then what is left of leases, threads and memory.")
  private @Nullable Integer soak;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Repeats the random choices of clients and soak (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the result as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Also write the table that is printed at the end.")
  private @Nullable Path markdown;

  @Override
  public Integer call() throws IOException, InterruptedException {
    @Nullable Contender beside = refuseNonsense();
    PrintWriter out = spec.commandLine().getOut();
    List<Proxy> installed = proxies ? Proxy.installed() : List.of();
    if (installed.isEmpty()) {
      out.println(
          proxies
              ? "neither nginx nor HAProxy is installed: all instances are JVM servers"
              : "all instances are JVM servers");
    }
    ChaosRun.Settings settings =
        new ChaosRun.Settings(
            cases,
            new Trial.Setup(soak == null ? seconds : soak, rate, postShare, seed, underWay),
            beside,
            instances,
            Duration.ofMillis(serviceMillis),
            installed,
            options());
    try (Names names = Names.install()) {
      long start = System.nanoTime();
      ChaosRun run = new ChaosRun(settings, names, line -> print(out, start, line));
      ChaosReport report = soak == null ? run.cases() : run.soak();
      List<String> lines = ChaosTable.markdown(report);
      out.println();
      lines.forEach(out::println);
      out.flush();
      if (json != null) {
        report.write(json);
      }
      if (markdown != null) {
        Files.write(markdown, lines);
      }
      return report.kept() ? 0 : 1;
    }
  }

  private static void print(PrintWriter out, long start, String line) {
    out.printf(Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - start) / 1e9, line);
    out.flush();
  }

  private String options() {
    String faults = cases.stream().map(Case::label).collect(Collectors.joining(","));
    return String.format(
        Locale.ROOT,
        "chaos%s --rate %.0f --instances %d --peer %s --post-share %s --service-millis %d --seed %d%s",
        soak == null ? " --seconds " + seconds : " --soak " + soak,
        rate,
        instances,
        peer,
        postShare,
        serviceMillis,
        seed,
        cases.equals(Case.standard()) ? "" : " --faults " + faults);
  }

  private @Nullable Contender refuseNonsense() {
    Ranges ranges = new Ranges(spec.commandLine());
    ranges.check("--seconds", seconds, 2, 600);
    ranges.check("--rate", rate, 1, 20_000);
    // Two may be bad at a time.
    ranges.check("--instances", instances, 3, 32);
    ranges.check("--post-share", postShare, 0, 1);
    ranges.check("--service-millis", serviceMillis, 0, 10_000);
    ranges.check("--under-way", underWay, 1, 1_000_000);
    if (soak != null) {
      ranges.check("--soak", soak, 5, 86_400);
    }
    for (@Nullable Path file : new @Nullable Path[] {json, markdown}) {
      @Nullable Path folder = file == null ? null : file.toAbsolutePath().getParent();
      ranges.require(
          file == null || (folder != null && Files.isWritable(folder) && !Files.isDirectory(file)),
          file == json ? "--json" : "--markdown",
          String.valueOf(file),
          "a file that can be written");
    }
    return switch (peer) {
      case "none" -> null;
      case "spring" -> Contender.SPRING;
      case "spring-defaults" -> Contender.SPRING_DEFAULTS;
      default -> {
        ranges.require(false, "--peer", peer, "spring, spring-defaults or none");
        yield null;
      }
    };
  }
}
