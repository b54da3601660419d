package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a run with their files, which end with it: when it is closed, when the program
 * is interrupted (a shutdown hook), and when it is killed (see {@link FaultServerCommand} and
 * {@link ProxyNode}; the files stay then).
 */
final class NodeFleet implements AutoCloseable {
  private final Path folder;
  private final List<JvmNode> servers = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Thread hook = new Thread(this::end, "nodes-shutdown");
  private boolean ended;

  private NodeFleet(Path folder) {
    this.folder = folder;
  }

  /**
   * Starts instances and returns when all listen: the first half JVM servers, the others proxies in
   * turn.
   *
   * @param proxies which proxies to use; none: JVM servers only
   * @param tls whether they speak TLS; JVM servers only
   */
  static NodeFleet start(int count, Duration serviceTime, List<Proxy> proxies, boolean tls)
      throws IOException, InterruptedException {
    NodeFleet fleet = new NodeFleet(Files.createTempDirectory("chaos"));
    Runtime.getRuntime().addShutdownHook(fleet.hook);
    try {
      if (tls) {
        Certificates.make(fleet.folder);
      }
      @Nullable Path keys = tls ? fleet.folder : null;
      for (int i = 1; i <= count; i++) {
        fleet.add(JvmNode.launch("i" + i, fleet.folder, serviceTime, keys));
      }
      for (JvmNode server : List.copyOf(fleet.servers)) {
        server.awaitReady();
      }
      int direct = proxies.isEmpty() || tls ? count : (count + 1) / 2;
      for (int i = 0; i < count; i++) {
        JvmNode server = fleet.servers.get(i);
        fleet.add(
            i < direct
                ? server
                : ProxyNode.start(
                    proxies.get((i - direct) % proxies.size()), server, fleet.folder));
      }
      return fleet;
    } catch (IOException | InterruptedException | RuntimeException failure) {
      fleet.close();
      throw failure;
    }
  }

  private synchronized void add(JvmNode server) {
    servers.add(server);
    refuseAfterEnd(server);
  }

  private synchronized void add(Node node) {
    nodes.add(node);
    refuseAfterEnd(node);
  }

  /** Interrupted while starting: nobody would end what starts now. */
  private void refuseAfterEnd(Node node) {
    if (ended) {
      node.close();
      throw new IllegalStateException("the program is ending");
    }
  }

  Path folder() {
    return folder;
  }

  synchronized List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** Their journals. */
  List<Path> journals() {
    return nodes().stream().map(Node::journal).toList();
  }

  private synchronized void end() {
    ended = true;
    servers.forEach(Node::close);
    nodes.forEach(Node::close);
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException busy) {
      // A server may have written its journal anew just before it was killed: temporary files.
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook runs as well, and finds nothing left to kill.
    }
  }
}
