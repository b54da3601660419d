package dev.steelyard.examples.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the servers got, by their own books: a file per server with one line per request, written
 * before the request is worked on and unbuffered, so that it survives the SIGKILL of its writer.
 */
final class Journal {
  private Journal() {}

  /**
   * The books of all servers on one run.
   *
   * @param arrivals requests that were read by a server
   * @param duplicates arrivals of a request that had arrived before
   * @param doublePosts POSTs that were executed again
   */
  record Arrivals(long arrivals, long duplicates, long doublePosts) {}

  /** Writes one server's journal. Thread-safe. */
  static final class Writer implements AutoCloseable {
    private final FileOutputStream file;

    Writer(Path path) throws IOException {
      this.file = new FileOutputStream(path.toFile(), true);
    }

    /**
     * Writes one line.
     *
     * @param executed whether it is worked on, or may have been as far as a client can know
     */
    synchronized void add(RequestHead request, boolean executed) throws IOException {
      String line = (request.post() ? "P" : "G") + (executed ? "x " : "r ") + request.id() + "\n";
      file.write(line.getBytes(ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /**
   * Reads what arrived of one run.
   *
   * @param prefix what the ids of the run begin with
   */
  static Arrivals read(Collection<Path> journals, String prefix) throws IOException {
    Map<String, Integer> seen = new HashMap<>();
    Set<String> executedPosts = new HashSet<>();
    long[] doublePosts = new long[1];
    for (Path journal : journals) {
      try (var lines = Files.lines(journal, ISO_8859_1)) {
        lines
            .filter(line -> line.startsWith(prefix, 3))
            .forEach(
                line -> {
                  String id = line.substring(3);
                  seen.merge(id, 1, Integer::sum);
                  if (line.startsWith("Px") && !executedPosts.add(id)) {
                    doublePosts[0]++;
                  }
                });
      }
    }
    long arrivals = seen.values().stream().mapToLong(Integer::longValue).sum();
    return new Arrivals(arrivals, arrivals - seen.size(), doublePosts[0]);
  }
}
