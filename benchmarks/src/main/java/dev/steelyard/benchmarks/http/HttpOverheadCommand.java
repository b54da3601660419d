package dev.steelyard.benchmarks.http;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code http-overhead}. */
@Command(
    name = "http-overhead",
    description = "Measures BalancedHttpClient beside the bare HttpClient, in turns.",
    mixinStandardHelpOptions = true)
public final class HttpOverheadCommand implements Callable<Integer> {
  @Option(
      names = "--pairs",
      defaultValue = "60",
      description = "Pairs of blocks, at least 6. Default: ${DEFAULT-VALUE}")
  private int pairs;

  @Option(
      names = "--block",
      defaultValue = "1000",
      description = "Requests per block. Default: ${DEFAULT-VALUE}")
  private int block;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** For picocli. */
  public HttpOverheadCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    HttpOverhead.Result result = new HttpOverhead(pairs, block).run();
    PairedRatios ratios = result.ratios();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "bare %.1f us, balanced %.1f us (fastest block); ratio %.4f, 95 %% of %.4f to %.4f, %d pairs%n",
        result.bareMicros(),
        result.balancedMicros(),
        ratios.median(),
        ratios.low(),
        ratios.high(),
        ratios.pairs());
    out.flush();
    return 0;
  }
}
