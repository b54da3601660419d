package dev.steelyard.examples.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * As much of an HTTP/1.1 request as the fault server needs: what clients and proxies send it is
 * known, so a request without a length has no body.
 *
 * @param method such as GET
 * @param id the last segment of the path
 */
record RequestHead(String method, String id) {
  private static final int LIMIT = 16_384;
  private static final String LENGTH = "content-length:";

  boolean post() {
    return method.equals("POST");
  }

  /** Reads the next request with its body, or returns null at the end of the connection. */
  static @Nullable RequestHead read(InputStream in) throws IOException {
    @Nullable String line = line(in);
    if (line == null) {
      return null;
    }
    String[] parts = line.split(" ", 3);
    if (parts.length != 3) {
      throw new IOException("not a request: " + line);
    }
    long length = 0;
    for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
        length = Long.parseLong(header.substring(LENGTH.length()).trim());
      }
    }
    in.skipNBytes(length);
    return new RequestHead(parts[0], parts[1].substring(parts[1].lastIndexOf('/') + 1));
  }

  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return null;
      }
      if (line.size() == LIMIT) {
        throw new IOException("line too long");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(ISO_8859_1);
  }
}
