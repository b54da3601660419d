package dev.steelyard.benchmarks.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class DrawingTest {
  private static final Locale LOCALE = Locale.getDefault();
  private static final Panel.Line LINE =
      new Panel.Line(
          "line",
          new Color(1, 2, 3),
          2,
          List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
          List.of(1.0, 3.0, 2.0, Double.NaN, 1.5, 2.5));
  private static final List<Panel> PANELS =
      List.of(
          new Panel("first & <last>", "ms", new Panel.Scale(false, 0, 4), List.of(LINE)),
          new Panel("second", "ms", new Panel.Scale(true, 0.5, 40), List.of(LINE)));

  @TempDir Path directory;

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(LOCALE);
  }

  private String draw(String name) throws Exception {
    Path file = directory.resolve(name);
    Drawing.write(file, PANELS);
    return Files.readString(file);
  }

  @Test
  void isOneFileWithAPanelBelowTheOther() throws Exception {
    draw("drawing.svg");

    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    Element svg =
        factory
            .newDocumentBuilder()
            .parse(directory.resolve("drawing.svg").toFile())
            .getDocumentElement();
    assertEquals("480", svg.getAttribute("height"));
    assertEquals(2, svg.getElementsByTagName("svg").getLength());
  }

  @Test
  void pointsAreJoinedByOneLineUnlessOneIsMissing() throws Exception {
    List<Integer> points =
        draw("drawing.svg")
            .lines()
            .filter(row -> row.startsWith("<polyline ") && row.contains("stroke:rgb(1,2,3)"))
            .map(row -> row.substring(row.indexOf("points=")).split(" ").length)
            .toList();

    // The line before the gap, the one behind it, and that of the legend; of two panels.
    assertEquals(List.of(3, 2, 2, 3, 2, 2), points);
  }

  @Test
  void namesAreUnique() throws Exception {
    Matcher ids = Pattern.compile(" id=\"([^\"]*)\"").matcher(draw("drawing.svg"));

    Set<String> unique = new HashSet<>();
    while (ids.find()) {
      assertTrue(unique.add(ids.group(1)), ids.group());
    }
    assertTrue(unique.size() >= PANELS.size(), unique::toString);
  }

  @Test
  void theLocaleOfTheMachineChangesNothing() throws Exception {
    Locale.setDefault(Locale.ROOT);
    String plain = draw("plain.svg");
    Locale.setDefault(Locale.GERMANY);

    assertEquals(plain, draw("german.svg"));
  }
}
