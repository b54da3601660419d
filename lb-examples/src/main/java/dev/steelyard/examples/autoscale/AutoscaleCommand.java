package dev.steelyard.examples.autoscale;

import dev.steelyard.examples.Ranges;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of the autoscaling example. */
@Command(
    name = "autoscale",
    description = {
      "Starts HTTP servers as processes of their own behind a load balancer, and scales them by the"
          + " requests in flight: few callers, then many until the fleet has grown, then few again"
          + " until it has shrunk. A server is drained before it is stopped. Each change is"
          + " explained.",
      "",
      "The exit status is 0 if the fleet grew and shrank and every request was answered, 1 if not,"
          + " 2 for wrong arguments.",
      ""
    })
public final class AutoscaleCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--min",
      paramLabel = "N",
      description = "The least number of servers (default: ${DEFAULT-VALUE}).")
  private int min = 1;

  @Option(
      names = "--max",
      paramLabel = "N",
      description = "The greatest number of servers (default: ${DEFAULT-VALUE}).")
  private int max = 4;

  @Option(
      names = "--per-server",
      paramLabel = "N",
      description = "Requests in flight that a server is meant for (default: ${DEFAULT-VALUE}).")
  private int perServer = 4;

  @Option(
      names = "--callers",
      paramLabel = "N",
      description = "Callers in the rush (default: as many as --max servers are meant for).")
  private int callers;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description =
          "How long the fleet may take to grow, and to shrink (default: ${DEFAULT-VALUE}).")
  private int patience = 60;

  /** For picocli. */
  public AutoscaleCommand() {}

  @Override
  public Integer call() throws Exception {
    Ranges ranges = new Ranges(spec.commandLine());
    ranges.check("--min", min, 1, 31);
    ranges.check("--max", max, min + 1, 32);
    ranges.check("--per-server", perServer, 1, 100);
    int rush = callers == 0 ? max * perServer : callers;
    ranges.check("--callers", rush, min * perServer + 1, 3_200);
    ranges.check("--patience", patience, 5, 3_600);
    PrintWriter out = spec.commandLine().getOut();
    AutoscaleRun.Result result =
        new AutoscaleRun(
                new AutoscaleRun.Settings(min, max, perServer, rush, Duration.ofSeconds(patience)),
                out)
            .run();
    out.printf(
        "requests %d, answered %d, errors %d, lost %d%n",
        result.requests(), result.answered(), result.errors(), result.lost());
    out.printf(
        "servers %d to %d, started %d, crashed %d%n",
        result.fewest(), result.most(), result.started(), result.crashes());
    out.printf(
        "decisions %d, changes %d, not made or not fully made %d%n",
        result.decisions(), result.changes(), result.ignored());
    out.flush();
    return result.complete() ? 0 : 1;
  }
}
