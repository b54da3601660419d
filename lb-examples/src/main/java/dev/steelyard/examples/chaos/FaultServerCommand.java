package dev.steelyard.examples.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.steelyard.examples.Ranges;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a server process of the chaos command runs. Each line of its standard input is a mode, which
 * it confirms with a line when it has taken it; it ends with its input, and so with its parent
 * however that ends.
 */
@Command(
    name = "fault-server",
    hidden = true,
    description =
        "An HTTP server that fails as its input says; prints its port; ends with its input.")
public final class FaultServerCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(names = "--port", paramLabel = "N", description = "Default: a free one.")
  private int port;

  @Option(names = "--service-micros", paramLabel = "MICROS", description = "Mean time to answer.")
  private long serviceMicros = 5_000;

  @Option(
      names = "--journal",
      paramLabel = "FILE",
      required = true,
      description = "Where it writes what it got.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path journal;

  @Option(names = "--tls", paramLabel = "FOLDER", description = "Speak TLS with these key stores.")
  private @Nullable Path tls;

  @Override
  public Integer call() throws IOException {
    Ranges ranges = new Ranges(spec.commandLine());
    ranges.check("--port", port, 0, 65_535);
    ranges.check("--service-micros", serviceMicros, 0, 60_000_000);
    try (FaultServer server =
        FaultServer.start(
            port,
            Duration.ofNanos(serviceMicros * 1_000),
            journal,
            tls == null ? null : ServerTls.read(tls))) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(server.port());
      out.flush();
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in, US_ASCII));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        server.mode(FaultServer.Mode.valueOf(line));
        out.println(line);
        out.flush();
      }
    }
    return 0;
  }
}
