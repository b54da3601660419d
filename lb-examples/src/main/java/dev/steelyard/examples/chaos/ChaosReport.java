package dev.steelyard.examples.chaos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run, as it is written for programs.
 *
 * @param environment where and how
 * @param client whose faults these are
 * @param faults what this library made of each case
 * @param peer what another one made of them, or null
 * @param skipped cases that could not be run here, and why
 * @param soak the result of a soak, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ChaosReport(
    Environment environment,
    String client,
    List<FaultReport> faults,
    @Nullable PeerReport peer,
    List<String> skipped,
    @Nullable SoakReport soak) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * Where and how.
   *
   * @param date the day, UTC
   * @param machine cores and system
   * @param jdk the version of Java
   * @param instances what the instances are
   * @param options the command line as understood
   */
  record Environment(
      String date, String machine, String jdk, List<String> instances, String options) {}

  /**
   * The other one.
   *
   * @param client who it is
   * @param faults in the same order
   */
  record PeerReport(String client, List<FaultReport> faults) {}

  /** Whether this library kept its promises; the peer has made none. */
  boolean kept() {
    return faults.stream().allMatch(fault -> fault.broken().isEmpty())
        && (soak == null || soak.broken().isEmpty());
  }

  void write(Path file) throws IOException {
    JSON.writeValue(file.toFile(), this);
  }
}
