package dev.steelyard.autoscale.cli;

import dev.steelyard.autoscale.ScalingPolicy;
import dev.steelyard.autoscale.replay.Replay;
import dev.steelyard.autoscale.replay.ReplayResult;
import dev.steelyard.autoscale.replay.Trace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Runs a policy over a load and says what it would have done.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ReplayCommand implements Callable<Integer> {
  @Option(
      names = "--policy",
      required = true,
      paramLabel = "FILE",
      description = "the policy: properties")
  private Path policy;

  @Mixin private LoadOptions load;
  @Mixin private ModelOptions model;
  @Mixin private OutputOptions output;

  @Option(
      names = "--explain",
      paramLabel = "TICK",
      description = "print the decision at this interval, with its proof")
  private @Nullable Integer explain;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    output.check();
    ScalingPolicy read = PolicyFiles.load(policy);
    Trace trace = load.load(model.capacityOfPercent());
    ReplayResult result =
        Replay.run(read, trace, model.model(trace, read, spec.commandLine().getErr()));
    spec.commandLine().getOut().print(result.toText());
    if (explain != null) {
      if (explain < 1 || explain >= result.size()) {
        throw new IllegalArgumentException(
            "--explain must be 1 to " + (result.size() - 1) + ", was " + explain);
      }
      spec.commandLine().getOut().print("\n" + result.decision(explain).explain());
    }
    spec.commandLine().getOut().flush();
    output.write(result::toSvg, result::toHtml, result::writeJson);
    return Main.FINE;
  }
}
