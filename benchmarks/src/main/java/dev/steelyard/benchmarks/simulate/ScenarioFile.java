package dev.steelyard.benchmarks.simulate;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.steelyard.simulator.Scenario;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The scenarios of a JSON file, in its order; see {@code docs/simulation.md}. Reading is strict: a
 * key that does not exist or has no effect is an error.
 */
record ScenarioFile(List<ScenarioFile.Entry> scenarios) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  ScenarioFile {
    scenarios = List.copyOf(scenarios);
  }

  /**
   * A scenario, what is expected of it, and what others have published about it.
   *
   * @param published by the name of their strategy, in the order of the file
   */
  record Entry(
      Scenario scenario, List<Expectation> expectations, Map<String, Published> published) {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it cannot be read, or something in it is wrong; the message
   *     says what, where and why
   */
  static ScenarioFile read(Path file) {
    try {
      Path folder = file.toAbsolutePath().normalize().getParent();
      return parse(Files.readString(file), folder == null ? file : folder);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": cannot be read (" + why(e) + ")", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  static String why(IOException e) {
    return e instanceof NoSuchFileException
        ? "no such file"
        : e instanceof AccessDeniedException
            ? "access denied"
            : e instanceof CharacterCodingException
                ? "not in UTF-8"
                : String.valueOf(e.getMessage());
  }

  /**
   * Reads a text.
   *
   * @param folder where files are that it names
   */
  static ScenarioFile parse(String json, Path folder) {
    Value root = new Value("", tree(json));
    List<Value> scenarios =
        root.node().isObject() && root.node().has("scenarios")
            ? root.object(
                fields -> {
                  fields.find("source");
                  fields.find("format");
                  return fields.need("scenarios", "a list").nonEmptyList();
                })
            : root.oneOrMore();
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value scenario : scenarios) {
      Entry entry = scenario.object(fields -> new ScenarioReader(folder, fields).read());
      String name = entry.scenario().name();
      if (!names.add(name)) {
        throw Refusal.of(
            scenario.path() + ".name", '"' + name + '"', "a name that no other scenario has");
      }
      entries.add(entry);
    }
    return new ScenarioFile(entries);
  }

  private static JsonNode tree(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      JsonNode tree = JSON.readTree(parser);
      if (tree == null || tree.isMissingNode()) {
        throw new IllegalArgumentException("nothing (expected: a scenario, or a list of them)");
      }
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException(
            place(parser.currentTokenLocation()) + ": more text after the end");
      }
      return tree;
    } catch (JsonProcessingException e) {
      // What Jackson says behind it is about itself.
      String what =
          e.getOriginalMessage().replaceAll("(?s)( \\(start marker at |: enable `).*", "");
      throw new IllegalArgumentException(place(e.getLocation()) + ": " + what, e);
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory can be read", e);
    }
  }

  private static String place(JsonLocation location) {
    return "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}
