package dev.steelyard.autoscale.loop;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Prometheus, with a folder and a port of its own, that scrapes an exporter of this JVM
 * every second.
 */
final class PrometheusProcess implements AutoCloseable {
  private static final List<Path> PLACES =
      List.of(Path.of("/usr/bin/prometheus"), Path.of("/usr/local/bin/prometheus"));

  private final RawServer exporter;
  private final Process process;
  private final URI uri;
  private volatile String page = "";

  /** Skips the test where Prometheus is not installed. */
  static PrometheusProcess start(Path folder) throws IOException {
    Path binary = PLACES.stream().filter(Files::isExecutable).findFirst().orElse(null);
    assumeTrue(binary != null, "prometheus is not installed (Debian's package prometheus)");
    return new PrometheusProcess(binary, folder);
  }

  private PrometheusProcess(Path binary, Path folder) throws IOException {
    exporter =
        new RawServer(
            (request, out) -> out.write(RawServer.http(200, "text/plain; version=0.0.4", page)));
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global:
          scrape_interval: 1s
          scrape_timeout: 1s
        scrape_configs:
          - job_name: orders
            honor_labels: true
            static_configs:
              - targets: ['127.0.0.1:%d']
        """
            .formatted(exporter.uri().getPort()));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    uri = URI.create("http://127.0.0.1:" + port);
    process =
        new ProcessBuilder(
                binary.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
  }

  URI uri() {
    return uri;
  }

  /** What the exporter answers from now on. */
  void export(String text) {
    page = text;
  }

  /** Nobody answers scrapes any more. */
  void stopExporter() throws IOException {
    exporter.close();
  }

  /** Something about the server that becomes true with time. */
  interface Condition {
    boolean holds() throws Exception;
  }

  /** Asks again and again until it holds; fails after half a minute. */
  void await(String what, Condition condition) throws Exception {
    for (int i = 0; i < 300; i++) {
      assertTrue(process.isAlive(), "prometheus has ended");
      if (condition.holds()) {
        return;
      }
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        fail("prometheus has ended with " + process.exitValue());
      }
    }
    fail("not after 30 s: " + what);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    exporter.close();
    process.destroyForcibly();
    process.waitFor(10, TimeUnit.SECONDS);
  }
}
