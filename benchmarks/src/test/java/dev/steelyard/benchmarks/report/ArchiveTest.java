package dev.steelyard.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  private static final Sitting FIRST = new Sitting("2026-01-01", "first", "short", Map.of());
  private static final Sitting SECOND = new Sitting("2026-01-02", "second", "long", Map.of());

  @TempDir Path directory;

  @Test
  void aSectionMeasuredAnewReplacesItsOwnRowsAndNoOthers() throws IOException {
    Row kept = Row.floor(Section.RANDOM, "random", 10, 1);
    Row gone = Row.floor(Section.HASHING, "ring", 10, 1);
    Row anew = Row.floor(Section.HASHING, "ring", 1000, 2);
    Measure measure = Measure.of(List.of(3.0, 1.0, 2.0), 24);
    Archive archive = new Archive(directory);
    archive.add(Section.RANDOM, FIRST, new Results(Map.of(kept, measure)));
    archive.add(Section.HASHING, FIRST, new Results(Map.of(gone, measure)));

    Archive later = new Archive(directory);
    later.add(Section.HASHING, SECOND, new Results(Map.of(anew, measure)));
    later.add(SECOND, Map.of("registry", 489.0));

    Archive last = new Archive(directory);
    assertEquals(measure, last.results().find(kept));
    assertNull(last.results().find(gone));
    assertEquals(measure, last.results().find(anew));
    assertEquals(FIRST, last.sittings().get(Section.RANDOM));
    assertEquals(SECOND, last.sittings().get(Section.HASHING));
    assertEquals(Map.of("registry", 489.0), last.bytesPerInstance());
  }
}
