package dev.steelyard.benchmarks.peer;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which versions of the peers are measured: what the build says. */
public final class Versions {
  private Versions() {}

  /**
   * Returns all of them.
   *
   * @return names and versions
   */
  public static String describe() {
    Properties versions = new Properties();
    try (InputStream file =
        requireNonNull(Versions.class.getResourceAsStream("versions.properties"))) {
      versions.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TreeSet<>(versions.stringPropertyNames())
        .stream()
            .map(name -> name + " " + versions.getProperty(name))
            .collect(Collectors.joining(", "));
  }
}
