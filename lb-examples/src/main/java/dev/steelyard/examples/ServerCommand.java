package dev.steelyard.examples;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a server process runs. Hidden: the quickstart and the autoscale command start it.
 *
 * <p>It serves for as long as its standard input is open. The parent holds the other end and never
 * writes, so the process ends with its parent however that ends, SIGKILL included, and no server is
 * left behind.
 */
@Command(
    name = "server",
    hidden = true,
    description = "An HTTP server on a local port; prints the port; ends with its input.")
final class ServerCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--service-micros",
      paramLabel = "MICROS",
      description = "Mean time to answer (default: ${DEFAULT-VALUE}); spread over 50 %% to 150 %%.")
  private long serviceMicros = 10_000;

  @Option(
      names = "--failure-rate",
      paramLabel = "SHARE",
      description = "Share of requests answered with 503, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double failureRate;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Requests that are worked on at a time (default: ${DEFAULT-VALUE}).")
  private int threads = 64;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Idle connections that are kept open (default: ${DEFAULT-VALUE}).")
  private int connections = 200;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port to listen on; 0 is a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Repeats the same choices (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() throws IOException {
    Ranges ranges = new Ranges(spec.commandLine());
    ranges.check("--service-micros", serviceMicros, 0, 60_000_000);
    ranges.check("--failure-rate", failureRate, 0, 1);
    ranges.check("--threads", threads, 1, 10_000);
    ranges.check("--connections", connections, 1, 1_000_000);
    ranges.check("--port", port, 0, 65_535);
    try (WorkServer server =
        WorkServer.start(
            port,
            Duration.ofNanos(serviceMicros * 1_000),
            failureRate,
            threads,
            connections,
            seed)) {
      spec.commandLine().getOut().println(server.port());
      spec.commandLine().getOut().flush();
      while (System.in.read() >= 0) {
        // Whatever is written is ignored: only the end of the stream counts.
      }
    }
    return 0;
  }
}
