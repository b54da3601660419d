package dev.steelyard.autoscale.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.steelyard.autoscale.ScalingState;
import java.time.Instant;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What a loop keeps over a restart.
 *
 * @param name the loop's name: the state of one service is poison to another
 * @param time when it was saved
 * @param state what decisions go by
 * @param pending an action that was begun and of whose end nothing is known; null if there is none
 */
record Saved(String name, Instant time, ScalingState state, @Nullable Pending pending) {
  private static final String HEADER = "steelyard-autoscaler ";
  private static final int VERSION = 1;
  private static final String STATE = "state\n";

  /** An action in flight. */
  record Pending(Instant at, int from, int to) {}

  String toText() {
    StringBuilder body = new StringBuilder();
    body.append("name ").append(name).append('\n');
    body.append("time ").append(time.toEpochMilli()).append('\n');
    if (pending != null) {
      body.append("pending ").append(pending.at.toEpochMilli()).append(' ');
      body.append(pending.from).append(' ').append(pending.to).append('\n');
    }
    body.append(STATE).append(state.toText());
    return HEADER + VERSION + "\nchecksum " + checksum(body.toString()) + '\n' + body;
  }

  /**
   * Reads it back.
   *
   * @throws IllegalArgumentException if the text is broken, of another version or of another loop
   */
  static Saved parse(String text, String name) {
    int first = text.indexOf('\n');
    int second = text.indexOf('\n', first + 1);
    if (!text.startsWith(HEADER) || second < 0) {
      throw new IllegalArgumentException("not the state of a loop, or only a part of it");
    }
    String version = text.substring(HEADER.length(), first);
    if (!version.equals(Integer.toString(VERSION))) {
      throw new IllegalArgumentException(
          "version " + Texts.oneLine(version) + " cannot be read, only " + VERSION);
    }
    String body = text.substring(second + 1);
    if (!text.substring(first + 1, second).equals("checksum " + checksum(body))) {
      throw new IllegalArgumentException("the checksum is wrong: cut off, or changed by hand");
    }
    int start = body.indexOf("\n" + STATE) + 1;
    if (start == 0) {
      throw new IllegalArgumentException("there is no state in it");
    }
    @Nullable String savedName = null;
    @Nullable Instant time = null;
    @Nullable Pending pending = null;
    for (String line : body.substring(0, start).lines().toList()) {
      String value = line.substring(line.indexOf(' ') + 1);
      if (line.startsWith("name ")) {
        savedName = value;
      } else if (line.startsWith("time ")) {
        time = Instant.ofEpochMilli(Long.parseLong(value));
      } else if (line.startsWith("pending ")) {
        String[] parts = value.split(" ", -1);
        pending =
            new Pending(
                Instant.ofEpochMilli(Long.parseLong(parts[0])),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]));
      } else {
        throw new IllegalArgumentException("unknown line '" + Texts.oneLine(line) + "'");
      }
    }
    if (savedName == null || time == null) {
      throw new IllegalArgumentException(
          "there is no " + (time == null ? "time" : "name") + " in it");
    }
    if (!savedName.equals(name)) {
      throw new IllegalArgumentException(
          "it is the state of '" + Texts.oneLine(savedName) + "', not of '" + name + "'");
    }
    return new Saved(
        name, time, ScalingState.parse(body.substring(start + STATE.length())), pending);
  }

  private static String checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(UTF_8));
    return Long.toHexString(crc.getValue());
  }
}
