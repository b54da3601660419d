package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.replay.Replay;
import dev.steelyard.autoscale.replay.ReplayComparison;
import dev.steelyard.autoscale.replay.Trace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs two policies over a load and says where they part, what the second costs more, and how"
          + " much more load it loses or delays.",
      "With --max-cost or --max-violations it is a gate for a build: exit code 1 if the second is"
          + " worse than that."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CompareCommand implements Callable<Integer> {
  @Option(
      names = "--policy",
      required = true,
      paramLabel = "FILE",
      description = "the policy in use: properties")
  private Path policy;

  @Option(
      names = "--with",
      required = true,
      paramLabel = "FILE",
      description = "the other policy: properties")
  private Path other;

  @Mixin private LoadOptions load;
  @Mixin private ModelOptions model;
  @Mixin private OutputOptions output;

  @Option(
      names = "--max-cost",
      paramLabel = "PERCENT",
      description = "how much more the other may cost")
  private @Nullable Double maxCost;

  @Option(
      names = "--max-violations",
      paramLabel = "PERCENT",
      description = "how much more of the load the other may lose or answer too slowly")
  private @Nullable Double maxViolations;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    output.check();
    ScalingPolicy first = PolicyFiles.load(policy);
    Trace trace = load.load(model.capacityOfPercent());
    ReplayComparison comparison =
        Replay.compare(
            first,
            PolicyFiles.load(other),
            trace,
            model.model(trace, first, spec.commandLine().getErr()));
    PrintWriter out = spec.commandLine().getOut();
    out.print(comparison.toText());
    out.flush();
    output.write(comparison::toSvg, comparison::toHtml, comparison::writeJson);
    double cost = maxCost == null ? Double.MAX_VALUE : maxCost / 100;
    double violations = maxViolations == null ? Double.MAX_VALUE : maxViolations / 100;
    if (comparison.isWithin(cost, violations)) {
      return Main.FINE;
    }
    spec.commandLine().getErr().println("The second policy is worse than allowed.");
    return Main.WORSE;
  }
}
