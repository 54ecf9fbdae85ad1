// SPDX-License-Identifier: Apache-2.0
#include "core/base/sha256.h"
#include "core/base/error.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {
std::string hash(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
}
}  // namespace

class Sha256Test : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Vectors of FIPS 180-4's examples and NIST's CAVP.
  void known_answers() {
    QCOMPARE(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QCOMPARE(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QCOMPARE(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    QCOMPARE(hash(std::string(1000000, 'a')),
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }

  // The padding has three cases: within the block, exactly filling it, spilling into another.
  void a_file_hashes_as_its_bytes() {
    const QTemporaryDir folder;
    for (int size : {0, 1, 55, 56, 63, 64, 65, 1 << 20, (1 << 20) + 1}) {
      const std::filesystem::path path = folder.filePath("data").toStdString();
      std::string text(std::size_t(size), 'x');
      for (std::size_t i = 0; i < text.size(); ++i) text[i] = char(i * 31 % 251);
      write_text_file(path, text);
      QCOMPARE(sha256_file(path), hash(text));
    }
  }

  // The processor's instructions and the plain loop, fed in pieces of every length.
  void both_ways_and_all_pieces_agree() {
    std::string text(1000, 'x');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = char(i * 37 % 253);
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    if (Sha256::hardware_compress() == nullptr) qInfo("this processor has no SHA instructions");
    for (std::size_t piece = 1; piece < 200; ++piece) {
      Sha256 plain(&Sha256::portable_compress);
      Sha256 best;
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const auto part = bytes.subspan(at, std::min(piece, bytes.size() - at));
        plain.update(part);
        best.update(part);
      }
      const std::string found = best.hex();
      QCOMPARE(found, plain.hex());
      QCOMPARE(found, hash(text));
    }
  }

  void a_missing_file_is_named() {
    try {
      sha256_file("/nowhere/file");
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.code(), ErrorCode::kNotFound);
      QVERIFY(error.message().find("/nowhere/file") != std::string::npos);
    }
  }
};

QTEST_GUILESS_MAIN(Sha256Test)
#include "sha256_test.moc"
