package dev.steelyard.autoscale.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file that is either the old or the new text, whatever happens in between. */
final class FileStateStore implements StateStore {
  private final Path file;
  private final Path folder;

  FileStateStore(Path file) {
    this.file = file.toAbsolutePath();
    @org.jspecify.annotations.Nullable Path parent = this.file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("state file must be a file, was " + file);
    }
    this.folder = parent;
  }

  @Override
  public Optional<String> load() throws IOException {
    try {
      return Optional.of(new String(Files.readAllBytes(file), UTF_8));
    } catch (NoSuchFileException neverSaved) {
      return Optional.empty();
    }
  }

  @Override
  public void save(String text) throws IOException {
    Path fresh = Files.createTempFile(folder, file.getFileName() + ".", ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
        while (bytes.hasRemaining()) {
          int unusedCount = channel.write(bytes);
        }
        // Else the rename may reach the disk before the text.
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
    forceFolder();
  }

  /** The rename itself; not every system lets a folder be opened, and then it does without. */
  private void forceFolder() {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // The file is complete, old or new.
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
