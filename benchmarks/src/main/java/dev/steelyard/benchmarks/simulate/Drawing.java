package dev.steelyard.benchmarks.simulate;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;

/**
 * Panels one below the other in one SVG file, so that their times can be compared. What the library
 * draws is made smaller: fewer decimals, and one line in place of one from each point to the next.
 */
final class Drawing {
  private static final Pattern DECIMALS = Pattern.compile("(\\.\\d)\\d+");
  private static final Pattern CLIP = Pattern.compile("(?<=id=\"|url\\(#)clip-?\\d+");
  private static final Pattern LINE =
      Pattern.compile(
          "\\s*<line (style=\"[^\"]*\") x1=\"([^\"]*)\" x2=\"([^\"]*)\""
              + " y1=\"([^\"]*)\" y2=\"([^\"]*)\"/>");
  private static final int LEAST_HEIGHT = 240;
  private static final int LEGEND_ENTRY = 23;
  private static final int AROUND_LEGEND = 70;

  private final int height;
  private final StringBuilder text = new StringBuilder();
  private final Map<String, String> clips = new LinkedHashMap<>();

  private Drawing(int height) {
    this.height = height;
  }

  /** Their lines should have the same labels, so that their axes have the same length. */
  static void write(Path file, List<Panel> panels) throws IOException {
    int most = panels.stream().mapToInt(panel -> panel.lines().size()).max().orElseThrow();
    int height = Math.max(LEAST_HEIGHT, AROUND_LEGEND + LEGEND_ENTRY * most);
    Drawing drawing = new Drawing(height);
    drawing.text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").append(Panel.WIDTH);
    drawing.text.append("\" height=\"").append(height * panels.size()).append("\">\n");
    for (int i = 0; i < panels.size(); i++) {
      drawing.add(panels.get(i), i);
    }
    Files.writeString(file, drawing.text.append("</svg>\n"));
  }

  private void add(Panel panel, int index) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(panel.chart(height), bytes, VectorGraphicsFormat.SVG);
    String drawn = bytes.toString(StandardCharsets.UTF_8);
    drawn = DECIMALS.matcher(drawn.substring(drawn.indexOf("<svg"))).replaceAll("$1");
    // The library names them after hash codes, and names hold for the whole file.
    drawn = CLIP.matcher(drawn).replaceAll(clip -> clip(index + clip.group()));
    text.append("<g transform=\"translate(0 ").append(index * height).append(")\">\n");
    joinLines(drawn.strip());
    text.append("</g>\n");
  }

  private String clip(String name) {
    return clips.computeIfAbsent(name, unused -> "clip" + (clips.size() + 1));
  }

  private void joinLines(String drawn) {
    String style = "";
    String end = "";
    StringBuilder points = new StringBuilder();
    for (String row : drawn.lines().toList()) {
      Matcher line = LINE.matcher(row);
      boolean isLine = line.matches();
      String from = isLine ? line.group(2) + ',' + line.group(4) : "";
      if (!isLine || !line.group(1).equals(style) || !from.equals(end)) {
        appendLine(style, points);
        points.setLength(0);
      }
      if (isLine) {
        style = line.group(1);
        end = line.group(3) + ',' + line.group(5);
        points.append(points.isEmpty() ? from : "").append(' ').append(end);
      } else {
        text.append(row.strip()).append('\n');
      }
    }
  }

  private void appendLine(String style, CharSequence points) {
    if (!points.isEmpty()) {
      text.append("<polyline ").append(style).append(" points=\"").append(points).append("\"/>\n");
    }
  }
}
