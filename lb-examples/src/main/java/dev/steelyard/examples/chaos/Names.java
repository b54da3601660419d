package dev.steelyard.examples.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Security;
import java.util.Set;
import java.util.TreeSet;

/**
 * The names of the instances, which can be taken away: a hosts file that the JDK reads at every
 * look-up (the property {@code jdk.net.hosts.file}) in place of asking the system, with its cache
 * turned off. So a name that is gone fails as one does that DNS has lost: {@link
 * UnknownHostException} in the client's own resolver, at its next look-up.
 *
 * <p>The JVM decides how it resolves when it does so for the first time; a JVM that has resolved a
 * name before (a test's) goes on as it was, and then {@link #working} is false.
 */
final class Names implements AutoCloseable {
  private static final String DOMAIN = ".chaos.test";
  private static final String PROBE = "probe" + DOMAIN;

  private final Path file;
  private final Set<String> names = new TreeSet<>();
  private final boolean working;

  private Names(Path file) throws IOException {
    this.file = file;
    names.add("localhost");
    names.add(PROBE);
    write();
    this.working = resolves(PROBE);
  }

  /** To be called before the JVM has looked up any name. */
  static Names install() throws IOException {
    Path file = Files.createTempFile("chaos", ".hosts");
    System.setProperty("jdk.net.hosts.file", file.toString());
    Security.setProperty("networkaddress.cache.ttl", "0");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    // Newer JDKs would fall back to what they knew.
    Security.setProperty("networkaddress.cache.stale.ttl", "0");
    return new Names(file);
  }

  /** Whether names can be switched in this JVM. */
  boolean working() {
    return working;
  }

  static String of(String id) {
    return id + DOMAIN;
  }

  /** From now on the name of an instance resolves to the loopback address. */
  void add(String id) throws IOException {
    names.add(of(id));
    write();
  }

  /** From now on it does not exist. */
  void remove(String id) throws IOException {
    names.remove(of(id));
    write();
  }

  private void write() throws IOException {
    StringBuilder hosts = new StringBuilder();
    names.forEach(name -> hosts.append("127.0.0.1 ").append(name).append('\n'));
    // Replaced in one step: the JDK may be reading.
    Path next = Files.createTempFile("chaos", ".hosts");
    Files.writeString(next, hosts);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean resolves(String name) {
    try {
      return InetAddress.getByName(name).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    // Left empty rather than deleted: the JVM goes on reading it.
    file.toFile().deleteOnExit();
  }
}
