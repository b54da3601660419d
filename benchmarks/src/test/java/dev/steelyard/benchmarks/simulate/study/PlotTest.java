package dev.steelyard.benchmarks.simulate.study;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PlotTest {
  private static final List<Double> XS = List.of(1.0, 2.0, 3.0);

  private static Plot plot() {
    return new Plot("file", "a < b & c", "x", "y");
  }

  private static List<Element> elements(Plot plot, String tag) throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(plot.toSvg().getBytes(UTF_8)));
    NodeList found = svg.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private static Element label(Plot plot, String text) throws Exception {
    return elements(plot, "text").stream()
        .filter(each -> each.getTextContent().equals(text))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyLineIsDrawnAndNamed() throws Exception {
    Plot plot =
        plot()
            .line("one", XS, List.of(1.0, 2.0, 3.0))
            .boldLine("two", XS, List.of(3.0, 2.0, 1.0))
            .reference("bound", XS, List.of(1.0, 1.0, 1.0))
            .mark(2, "here");

    assertEquals(3, elements(plot, "path").size());
    for (String text : List.of("one", "two", "bound", "here", "a < b & c")) {
      assertEquals(text, label(plot, text).getTextContent());
    }
    assertEquals("3", elements(plot, "path").get(2).getAttribute("stroke-width"), "on top");
  }

  @Test
  void namesDoNotLieUponOneAnother() throws Exception {
    Plot plot = plot();
    List<String> names = List.of("a1", "b1", "c1", "d1");
    names.forEach(name -> plot.line(name, XS, List.of(1.0, 1.0, 1.0)));

    List<Double> heights = new ArrayList<>();
    for (String name : names) {
      heights.add(Double.parseDouble(label(plot, name).getAttribute("y")));
    }
    heights.sort(null);
    for (int i = 1; i < heights.size(); i++) {
      assertTrue(heights.get(i) - heights.get(i - 1) >= 14, heights::toString);
    }
  }

  @Test
  void whatIsNoNumberIsAGap() throws Exception {
    Plot plot =
        plot()
            .line("one", List.of(1.0, 2.0, 3.0, 4.0, 5.0), List.of(1.0, 2.0, Double.NaN, 2.0, 1.0));

    String path = elements(plot, "path").get(0).getAttribute("d");
    assertEquals(2, path.chars().filter(each -> each == 'M').count(), path);
  }

  @Test
  void aLogarithmicAxisHasEqualStepsForEqualFactors() throws Exception {
    Plot plot = plot().logY().line("one", XS, List.of(1.0, 10.0, 100.0));

    double one = Double.parseDouble(label(plot, "1").getAttribute("y"));
    double ten = Double.parseDouble(label(plot, "10").getAttribute("y"));
    double hundred = Double.parseDouble(label(plot, "100").getAttribute("y"));
    assertEquals(one - ten, ten - hundred, 0.2);
    assertTrue(one - ten > 50, "it uses the room there is");
  }

  @Test
  void aSinglePointIsSeen() throws Exception {
    assertEquals(1, elements(plot().line("one", List.of(1.0), List.of(5.0)), "circle").size());
  }

  @Test
  void aPlotWithoutAPointIsRefused() {
    Plot plot = plot().logY().line("one", List.of(1.0, 2.0), List.of(0.0, Double.NaN));

    assertThrows(IllegalArgumentException.class, plot::toSvg);
  }

  @Test
  void linesWithoutAValueForEachPlaceAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> plot().line("one", XS, List.of(1.0)));
  }
}
