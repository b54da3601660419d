package dev.steelyard.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of the quickstart. */
@Command(
    name = "quickstart",
    description = {
      "Starts HTTP servers as processes of their own, one slow and one flaky, and sends them"
          + " requests through a BalancedHttpClient from many threads. At 30 %% of the requests one"
          + " server is killed (SIGKILL, and nobody tells the client), at 50 %% the slow one is"
          + " drained, at 70 %% one joins.",
      "",
      "The exit status is 0 if every request was answered, 1 if one was lost or the caller got an"
          + " error, 2 for wrong arguments.",
      ""
    },
    footer = {
      "",
      "What the numbers mean:",
      "  answered      requests that got a response, of whatever status",
      "  callerErrors  requests that ended with an exception",
      "  lost          requests that ended with neither",
      "  retries       attempts that the balancer made beside the first ones",
      "  failover      from the first failed attempt at the killed server to the last one in the"
          + " last 100 ms in which it got more than 1 %% of all attempts, and more than one; later"
          + " ones are counted as probes",
      "  afterDrain    requests that reached the drained server after its drain was over, by the"
          + " server's own count",
      "  share         an instance's part of all attempts, retries included, as the balancer counts"
    })
final class QuickstartCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--requests",
      paramLabel = "N",
      description = "How many requests to send (default: ${DEFAULT-VALUE}).")
  private int requests = 80_000;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "From how many threads (default: ${DEFAULT-VALUE}).")
  private int concurrency = 64;

  @Option(
      names = "--servers",
      paramLabel = "N",
      description = "How many servers are there at the start (default: ${DEFAULT-VALUE}).")
  private int servers = 4;

  @Option(
      names = "--selector",
      paramLabel = "NAME",
      converter = Strategy.Converter.class,
      description = "The strategy: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Strategy strategy = Strategy.PEAK_EWMA;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Repeats the random choices of balancer and servers (default: another each run).")
  private @Nullable Long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the result to a file.")
  private @Nullable Path json;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description =
          "Give up when no request has ended for so long; what is open then is lost (default:"
              + " ${DEFAULT-VALUE}).")
  private int patience = 30;

  @Option(
      names = "--live",
      negatable = true,
      description = "Redraw a table in place (default: if the output is a terminal).")
  private @Nullable Boolean live;

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    refuseNonsense();
    PrintWriter out = spec.commandLine().getOut();
    long chosenSeed = seed == null ? ThreadLocalRandom.current().nextInt(1_000_000) : seed;
    Quickstart.Settings settings =
        new Quickstart.Settings(
            requests, concurrency, servers, strategy, chosenSeed, Duration.ofSeconds(patience));
    out.printf(
        "%d servers, %d requests from %d threads, selector %s, seed %d%n",
        servers, requests, concurrency, strategy, chosenSeed);
    out.flush();
    // picocli knows how to tell a terminal on every JDK, and heeds NO_COLOR and TERM=dumb.
    boolean redraw = live == null ? Ansi.AUTO.enabled() : live;
    Quickstart.Result result = new Quickstart(settings, new Display(out, redraw)).run();
    new Summary(result).lines().forEach(out::println);
    if (json != null) {
      result.report().write(json);
      out.println("written to " + json);
    }
    out.flush();
    return result.report().complete() ? 0 : 1;
  }

  private void refuseNonsense() {
    Ranges ranges = new Ranges(spec.commandLine());
    ranges.check("--requests", requests, 100, 1_000_000_000);
    ranges.check("--concurrency", concurrency, 1, 2_000);
    // One is killed and one is drained: somebody has to be left.
    ranges.check("--servers", servers, 3, 64);
    ranges.check("--patience", patience, 1, 3_600);
    if (json != null) {
      // Before the run: it would be a pity to find out after it.
      Path folder = json.toAbsolutePath().getParent();
      boolean writable =
          Files.exists(json)
              ? Files.isRegularFile(json) && Files.isWritable(json)
              : folder != null && Files.isWritable(folder);
      ranges.require(writable, "--json", json, "a file that can be written");
    }
  }
}
