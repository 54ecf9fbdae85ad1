// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/clip/clip_tokenizer.h"
#include "core/clip/clip_words.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

namespace fs = std::filesystem;
using Ids = std::vector<int>;
using Words = std::vector<std::string>;

// Numbers in the order of the list, then start and end.
const std::vector<std::string> kTokens = {"a",      "b",      "b</w>",   "c</w>",     "ab",
                                          "bc</w>", "abc",    "abc</w>", "1</w>",     "'",
                                          "s</w>",  "'s</w>", "\u00c3",  "\u00a9</w>"};

struct Files {
  QTemporaryDir folder;
  fs::path vocab = folder.filePath("vocab.json").toStdString();
  fs::path merges = folder.filePath("merges.txt").toStdString();

  Files() {
    nlohmann::json json;
    int next = 0;
    for (const std::string& token : kTokens) json[token] = next++;
    json["<|startoftext|>"] = next++;
    json["<|endoftext|>"] = next++;
    write_text_file(vocab, json.dump());
    // "b c</w>" goes before what it would keep "ab" from.
    write_text_file(merges, "#version: 0.2\nb c</w>\na b\nab c</w>\n' s</w>\n");
  }
  ClipTokenizer load() const { return ClipTokenizer::load(vocab, merges); }
  std::string refusal() const {
    try {
      load();
    } catch (const Error& error) {
      return error.code() == ErrorCode::kCorrupt ? error.what() : "another code";
    }
    return "none";
  }
};

int id_of(const std::string& token) {
  for (std::size_t i = 0; i < kTokens.size(); ++i) {
    if (kTokens[i] == token) return static_cast<int>(i);
  }
  return -1;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What the reference implementation makes of clean texts with the published vocabulary; the first
// three stand in the description of the model.
struct Known {
  const char* text;
  Ids ids;
};
const std::vector<Known>& known_texts() {
  static const std::vector<Known> all = {
      {"a photo of a cat", {320, 1125, 539, 320, 2368}},
      {"A high-quality DSLR portrait of a woman, back view!",
       {320, 1400, 268, 3027, 33740, 5352, 539, 320, 2308, 267, 893, 1093, 256}},
      {"4k, 8K", {275, 330, 267, 279, 330}},
      {"She'll say it's 25 years, they're old; don't!",
       {1043, 1342, 1451, 585, 568, 273, 276, 1151, 267, 889, 982, 896, 282, 847, 713, 256}},
      {"Caf\u00e9 na\u00efve, GR\u00d6SSE: \u6771\u4eac \u00bd \u2167 \U0001f642",
       {15304, 1097, 35689, 563, 267, 709, 7255, 8938, 281, 48338, 21078, 361, 33613, 158, 227, 371,
        14860}},
      {"\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3 \u0130stanbul",
       {139, 225, 138, 107, 139, 225, 139, 227, 139, 228, 138, 123, 139, 481, 328, 16384, 11231}}};
  return all;
}

}  // namespace

class TokenizerTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void words_are_cut_by_class() {
    QCOMPARE(clip_words("a\tPHOTO\n\n of  a\u00a0\u3000cat "),
             (Words{"a", "photo", "of", "a", "cat"}));
    QCOMPARE(clip_words("x12\u00bd\u2167y"), (Words{"x", "1", "2", "\u00bd", "\u2177", "y"}));
    QCOMPARE(clip_words("it's we'LL they'red"),
             (Words{"it", "'s", "we", "'ll", "they", "'re", "d"}));
    QCOMPARE(clip_words("'street"), (Words{"'s", "treet"}));
    // Signs are taken together, a contraction among them is not seen.
    QCOMPARE(clip_words("ha!'s \u2014\U0001f642"), (Words{"ha", "!'", "s", "\u2014\U0001f642"}));
    QCOMPARE(clip_words("a<|endoftext|>!<|startoftext|>"),
             (Words{"a", "<|endoftext|>", "!<|", "startoftext", "|>"}));
    QCOMPARE(clip_words(""), Words{});
    QCOMPARE(clip_words(" \r\n\u2028"), Words{});
  }

  void letters_are_composed_and_in_lower_case() {
    QCOMPARE(clip_words("\u00c9TE e\u0301"), (Words{"\u00e9te", "\u00e9"}));
    QCOMPARE(clip_words("\u042f\u03a9"), (Words{"\u044f\u03c9"}));
    // The dot that a Turkish I keeps is no letter.
    QCOMPARE(clip_words("\u0130"), (Words{"i", "\u0307"}));
  }

  void pairs_join_in_the_order_of_the_merges() {
    const Files files;
    const ClipTokenizer tokenizer = files.load();
    QCOMPARE(tokenizer.tokens("abc"), (Ids{id_of("a"), id_of("bc</w>")}));
    QCOMPARE(tokenizer.tokens("ab"), (Ids{id_of("a"), id_of("b</w>")}));
    QCOMPARE(tokenizer.tokens("ababb"), (Ids{id_of("ab"), id_of("ab"), id_of("b</w>")}));
    QCOMPARE(tokenizer.tokens("ABABC 11"),
             (Ids{id_of("ab"), id_of("a"), id_of("bc</w>"), id_of("1</w>"), id_of("1</w>")}));
    QCOMPARE(tokenizer.tokens("ab's"), (Ids{id_of("a"), id_of("b</w>"), id_of("'s</w>")}));
    // With the merges the other way round, the longest is made.
    write_text_file(files.merges, "a b\r\nab c</w>\r\nb c</w>\r\n");
    QCOMPARE(files.load().tokens("abc"), Ids{id_of("abc</w>")});
  }

  void bytes_have_signs() {
    const ClipTokenizer tokenizer = Files().load();
    QCOMPARE(tokenizer.tokens("\u00e9"), (Ids{id_of("\u00c3"), id_of("\u00a9</w>")}));
    // Those that are not printed have the signs from U+0100 on: 0x1f the 32nd, 0x7f the 34th, after
    // the blank; the soft hyphen's 0xad is the last.
    const std::vector<std::string> signs = {"\u011f</w>", "\u0121</w>", "\u00c2", "\u0143</w>"};
    const Files files;
    nlohmann::json json = nlohmann::json::parse(read_text_file(files.vocab));
    for (std::size_t i = 0; i < signs.size(); ++i) json[signs[i]] = 100 + i;
    write_text_file(files.vocab, json.dump());
    QCOMPARE(files.load().tokens("\x1f"), Ids{100});
    QCOMPARE(files.load().tokens("\x7f"), Ids{101});
    QCOMPARE(files.load().tokens("\u00ad"), (Ids{102, 103}));
  }

  void what_the_vocabulary_lacks_is_the_end() {
    const ClipTokenizer tokenizer = Files().load();
    QCOMPARE(tokenizer.tokens("az"), (Ids{id_of("a"), tokenizer.end()}));
    QCOMPARE(tokenizer.tokens("<|startoftext|>1<|endoftext|>"),
             (Ids{tokenizer.start(), id_of("1</w>"), tokenizer.end()}));
  }

  void prompts_have_a_length() {
    const ClipTokenizer tokenizer = Files().load();
    const int start = tokenizer.start();
    const int end = tokenizer.end();
    const int one = id_of("1</w>");
    QCOMPARE(tokenizer.size(), static_cast<int>(kTokens.size()) + 2);
    QCOMPARE(tokenizer.encode("11", 5), (Ids{start, one, one, end, end}));
    QCOMPARE(tokenizer.encode("", 3), (Ids{start, end, end}));
    QCOMPARE(tokenizer.encode("1111", 4), (Ids{start, one, one, end}));
    QVERIFY(!tokenizer.truncates("11", 4));
    QVERIFY(tokenizer.truncates("111", 4));
    const std::string most(75, '1');
    QCOMPARE(tokenizer.encode(most).size(), std::size_t{77});
    QVERIFY(!tokenizer.truncates(most));
    QVERIFY(tokenizer.truncates(most + "1"));
    QVERIFY_EXCEPTION_THROWN(tokenizer.encode("1", 1), Error);
  }

  void texts_that_are_none_are_refused() {
    const ClipTokenizer tokenizer = Files().load();
    for (const auto& [bytes, place] : {std::pair{std::string("ab \xff"), 3},
                                       {std::string("\xc3("), 0},
                                       {std::string("a\xed\xa0\x80"), 1},
                                       {std::string("a\xc0\xaf"), 1},
                                       {std::string("abc\xe2\x82"), 3}}) {
      try {
        tokenizer.tokens(bytes);
        QFAIL("taken");
      } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::kBadInput);
        QVERIFY2(has(error.what(), fmt::format("byte {} ", place)), error.what());
      }
    }
    tokenizer.tokens(std::string(ClipTokenizer::kMostBytes, 'a'));
    QVERIFY_EXCEPTION_THROWN(tokenizer.tokens(std::string(ClipTokenizer::kMostBytes + 1, 'a')),
                             Error);
  }

  void files_that_do_not_fit_are_refused_by_place() {
    QCOMPARE(Files().refusal(), std::string("none"));
    const auto with_vocab = [](const std::string& text) {
      const Files files;
      write_text_file(files.vocab, text);
      return files.refusal();
    };
    const auto with_merges = [](const std::string& text) {
      const Files files;
      write_text_file(files.merges, text);
      return files.refusal();
    };
    QVERIFY(has(with_vocab("{\"a\": 1"), "vocab.json"));
    QVERIFY(has(with_vocab("[1]"), "vocab.json"));
    QVERIFY(has(with_vocab(R"({"abc": -1})"), "\"abc\""));
    QVERIFY(has(with_vocab(R"({"abc": 1.5})"), "\"abc\""));
    QVERIFY(has(with_vocab(R"({"<|startoftext|>": 1})"), "\"<|endoftext|>\""));
    QVERIFY(has(with_merges("#version: 0.2\na b\nab\n"), "merges.txt\", line 3"));
    QVERIFY(has(with_merges("a b\n\na b c\n"), "line 3"));
    QVERIFY(has(with_merges("a b\n#version: 0.2\n"), "line 2"));
    QVERIFY(has(with_merges("a b\nb a\n"), "line 2: the vocabulary has no \"ba\""));
    for (const bool vocab : {true, false}) {
      const Files files;
      fs::remove(vocab ? files.vocab : files.merges);
      try {
        files.load();
        QFAIL("loaded");
      } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::kNotFound);
      }
    }
  }

  // The published numbers, with all of the vocabulary's bytes and the merges that these texts need.
  void known_texts_have_their_published_numbers() {
    const fs::path folder = PORTRAIT_SOURCE_DIR "/tests/data/clip_excerpt";
    const auto tokenizer = ClipTokenizer::load(folder / "vocab.json", folder / "merges.txt");
    for (const Known& known : known_texts()) QCOMPARE(tokenizer.tokens(known.text), known.ids);
    QCOMPARE(tokenizer.size(), 49408);
    QCOMPARE(tokenizer.encode("4k", 5), (Ids{49406, 275, 330, 49407, 49407}));
  }

  void the_whole_vocabulary_gives_the_same() {
    const QByteArray folder = qgetenv("PORTRAIT_CLIP_VOCAB");
    if (folder.isEmpty()) {
      QSKIP("PORTRAIT_CLIP_VOCAB names no folder with CLIP's vocab.json and merges.txt");
    }
    const fs::path path = folder.toStdString();
    const auto tokenizer = ClipTokenizer::load(path / "vocab.json", path / "merges.txt");
    QCOMPARE(tokenizer.size(), 49408);
    QCOMPARE(tokenizer.start(), 49406);
    QCOMPARE(tokenizer.end(), 49407);
    for (const Known& known : known_texts()) QCOMPARE(tokenizer.tokens(known.text), known.ids);
  }
};

QTEST_GUILESS_MAIN(TokenizerTest)
#include "tokenizer_test.moc"
