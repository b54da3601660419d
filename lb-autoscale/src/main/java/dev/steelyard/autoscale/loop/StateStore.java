package dev.steelyard.autoscale.loop;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps the state of a loop over a restart, as text. Called by the loop, one call at a time.
 *
 * <p>The text has a version and a checksum of its own: a store only has to give back what it was
 * given, or nothing, or an exception.
 */
public interface StateStore {
  /**
   * What was saved last.
   *
   * @return the text; empty if nothing was ever saved
   * @throws IOException if it cannot be told
   */
  Optional<String> load() throws IOException;

  /**
   * Saves. When this returns, the text survives; when it throws, the one before does.
   *
   * @param text the text
   * @throws IOException if it could not be saved
   */
  void save(String text) throws IOException;

  /**
   * A file, replaced atomically: written beside it, forced to the disk, renamed.
   *
   * @param file the file; its folder must exist
   * @return the store
   */
  static StateStore file(Path file) {
    return new FileStateStore(requireNonNull(file, "file"));
  }
}
