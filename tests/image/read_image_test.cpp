// SPDX-License-Identifier: Apache-2.0
#include "core/image/read_image.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/image/write_image.h"
#include "tests/image/test_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

// Every corner of another colour, so that turns and mirrors show.
Image corners(int width, int height) {
  Image image(width, height, 3, 0.2F);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      float* p = image.at(x, y);
      const bool right = x >= width / 2;
      const bool low = y >= height / 2;
      p[0] = right ? 0.9F : 0.1F;
      p[1] = low ? 0.9F : 0.1F;
      p[2] = right && low ? 0.9F : 0.3F;
    }
  }
  return image;
}

bool near(const float* p, float r, float g, float b, float tolerance) {
  return std::abs(p[0] - r) < tolerance && std::abs(p[1] - g) < tolerance &&
         std::abs(p[2] - b) < tolerance;
}

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kInternal, "nothing was thrown");
}

bool mentions(const Error& error, const char* text) {
  return error.message().find(text) != std::string::npos;
}

std::vector<std::uint16_t> samples_of(const Image& image, int bits) {
  std::vector<std::uint16_t> out;
  for (const float v : image.pixels) out.push_back(std::uint16_t(std::lround(v * (bits == 16 ? 65535 : 255))));
  return out;
}

// The picture as a camera held at that orientation stores it.
Image stored_as(const Image& upright, int orientation) {
  const bool swapped = orientation >= 5;
  Image out(swapped ? upright.height : upright.width, swapped ? upright.width : upright.height, 3);
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      const int w = upright.width - 1, h = upright.height - 1;
      int u = x, v = y;
      switch (orientation) {
        case 2: u = w - x; break;
        case 3: u = w - x, v = h - y; break;
        case 4: v = h - y; break;
        case 5: u = y, v = x; break;
        case 6: u = y, v = w - x; break;
        case 7: u = h - y, v = w - x; break;
        case 8: u = h - y, v = x; break;
        default: break;
      }
      std::copy_n(upright.at(x, y), 3, out.at(u, v));
    }
  }
  return out;
}

}  // namespace

class ReadImageTest : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  fs::path file(const char* name) const { return fs::path(folder_.path().toStdString()) / name; }

 private Q_SLOTS:
  void png_round_trip_8_and_16_bits() {
    Image image(80, 70, 3);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = float(i % 997) / 996.0F;
    for (const int bits : {8, 16}) {
      WriteOptions options;
      options.bits = bits;
      write_image(file("a.png"), image, options);
      const LoadedImage loaded = read_image(file("a.png"));
      QCOMPARE(loaded.bits, bits);
      QCOMPARE(loaded.image.channels, 3);
      QVERIFY(!loaded.had_alpha);
      float worst = 0;
      for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        worst = std::max(worst, std::abs(image.pixels[i] - loaded.image.pixels[i]));
      }
      QVERIFY2(worst <= 0.5001F / (bits == 8 ? 255 : 65535), qPrintable(QString::number(worst)));
    }
  }

  void formats_by_content_not_by_name() {
    const Image image = corners(96, 80);
    for (const char* name : {"a.jpg", "a.webp", "a.tif", "a.png"}) {
      write_image(file(name), image);
      fs::rename(file(name), file("renamed.png"));
      const LoadedImage loaded = read_image(file("renamed.png"));
      QCOMPARE(loaded.image.width, 96);
      QCOMPARE(loaded.image.height, 80);
      QVERIFY(near(loaded.image.at(90, 10), 0.9F, 0.1F, 0.3F, 0.08F));
      QVERIFY(near(loaded.image.at(10, 70), 0.1F, 0.9F, 0.3F, 0.08F));
    }
  }

  // Lossless unless a quality is asked for; then smaller, and the alpha as it was.
  void webp_is_lossy_on_demand() {
    Image image(128, 128, 4);
    for (int y = 0; y < 128; ++y) {
      for (int x = 0; x < 128; ++x) {
        float* p = image.at(x, y);
        p[0] = 0.5F + 0.4F * std::sin(0.2F * float(x + y));
        p[1] = 0.5F + 0.4F * std::sin(0.3F * float(x - 2 * y));
        p[2] = float((7 * x + 13 * y) % 32) / 255 + 0.4F;
        p[3] = float((x * 5 + y) % 200 + 55) / 255;
      }
    }
    write_image(file("exact.webp"), image);
    WriteOptions lossy;
    lossy.webp_quality = 80;
    write_image(file("lossy.webp"), image, lossy);
    QVERIFY(fs::file_size(file("lossy.webp")) < fs::file_size(file("exact.webp")));
    const Image exact = read_image(file("exact.webp")).image;
    const Image back = read_image(file("lossy.webp")).image;
    double off = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      QVERIFY(std::abs(exact.pixels[i] - image.pixels[i]) <= 0.5001F / 255);
      if (i % 4 == 3) QVERIFY(std::abs(back.pixels[i] - image.pixels[i]) <= 0.5001F / 255);
      off += std::abs(back.pixels[i] - image.pixels[i]) / double(image.pixels.size());
    }
    QVERIFY(off > 1e-4 && off < 0.05);
  }

  void alpha_is_kept_and_opaque_alpha_dropped() {
    Image image(80, 80, 4, 0.5F);
    write_image(file("half.png"), image);
    LoadedImage loaded = read_image(file("half.png"));
    QVERIFY(loaded.had_alpha);
    QCOMPARE(loaded.image.channels, 4);
    QVERIFY(std::abs(loaded.image.at(40, 40)[3] - 0.5F) < 0.01F);
    for (std::size_t i = 3; i < image.pixels.size(); i += 4) image.pixels[i] = 1;
    write_image(file("opaque.png"), image);
    loaded = read_image(file("opaque.png"));
    QVERIFY(!loaded.had_alpha);
    QCOMPARE(loaded.image.channels, 3);
  }

  void grey_becomes_rgb() {
    write_image(file("grey.png"), Image(70, 70, 1, 0.25F));
    const LoadedImage loaded = read_image(file("grey.png"));
    QCOMPARE(loaded.image.channels, 3);
    QVERIFY(loaded.colour == SourceColour::kGrey);
    QVERIFY(near(loaded.image.at(3, 3), 0.25F, 0.25F, 0.25F, 0.01F));
    QVERIFY(!loaded.warnings.empty());
  }

  void exif_orientation_jpeg() {
    const Image upright = corners(96, 64);
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const std::string bytes =
          test_files::with_exif(encode_jpeg(stored_as(upright, orientation), 95), orientation, 50);
      const LoadedImage loaded = decode_image(bytes, "turned.jpg");
      QCOMPARE(loaded.exif_orientation, orientation);
      QCOMPARE(loaded.image.width, 96);
      QCOMPARE(loaded.image.height, 64);
      QVERIFY(near(loaded.image.at(8, 8), 0.1F, 0.1F, 0.3F, 0.08F));
      QVERIFY(near(loaded.image.at(88, 8), 0.9F, 0.1F, 0.3F, 0.08F));
      QVERIFY(near(loaded.image.at(8, 56), 0.1F, 0.9F, 0.3F, 0.08F));
      QVERIFY(loaded.focal_35mm.has_value());
      QCOMPARE(*loaded.focal_35mm, 50.0);
    }
  }

  void orientation_tiff_8_and_16_bits() {
    const Image upright = corners(96, 64);
    for (const int bits : {8, 16}) {
      for (int orientation = 1; orientation <= 8; ++orientation) {
        const Image stored = stored_as(upright, orientation);
        const std::string bytes = test_files::tiff(stored.width, stored.height, 3, bits, 2,
                                                   orientation, samples_of(stored, bits));
        const LoadedImage loaded = decode_image(bytes, "turned.tif");
        QCOMPARE(loaded.bits, bits);
        const std::string what = fmt::format("{} bits, orientation {}: {}x{}", bits, orientation,
                                             loaded.image.width, loaded.image.height);
        QVERIFY2(loaded.image.width == 96 && loaded.image.height == 64, what.c_str());
        QVERIFY2(near(loaded.image.at(8, 8), 0.1F, 0.1F, 0.3F, 0.02F), what.c_str());
        QVERIFY2(near(loaded.image.at(88, 8), 0.9F, 0.1F, 0.3F, 0.02F), what.c_str());
        QVERIFY2(near(loaded.image.at(8, 56), 0.1F, 0.9F, 0.3F, 0.02F), what.c_str());
      }
    }
  }

  void cmyk_jpeg_has_the_right_colours() {
    Image image = corners(12, 10);
    const LoadedImage loaded = decode_image(test_files::cmyk_jpeg(image), "ink.jpg");
    QVERIFY(loaded.colour == SourceColour::kCmyk);
    QCOMPARE(loaded.image.width, 96);
    QCOMPARE(loaded.image.channels, 3);
    QVERIFY(!loaded.warnings.empty());
    QVERIFY(near(loaded.image.at(4, 4), 0.1F, 0.1F, 0.3F, 0.03F));
    QVERIFY(near(loaded.image.at(92, 4), 0.9F, 0.1F, 0.3F, 0.03F));
    QVERIFY(near(loaded.image.at(92, 76), 0.9F, 0.9F, 0.9F, 0.03F));
  }

  void cmyk_tiff_has_the_right_colours() {
    std::vector<std::uint16_t> ink;
    for (int i = 0; i < 64 * 64; ++i) ink.insert(ink.end(), {0, 255, 255, 0});  // pure red
    const LoadedImage loaded =
        decode_image(test_files::tiff(64, 64, 4, 8, 5, 1, ink), "ink.tif");
    QVERIFY(loaded.colour == SourceColour::kCmyk);
    QCOMPARE(loaded.image.channels, 3);
    QVERIFY(near(loaded.image.at(30, 30), 1, 0, 0, 0.03F));
  }

  void missing_folder_empty_and_text() {
    QVERIFY(error_of([&] { read_image(file("none.png")); }).code() == ErrorCode::kNotFound);
    Error error = error_of([&] { read_image(folder_.path().toStdString()); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "folder"));
    write_text_file(file("empty.jpg"), "");
    error = error_of([&] { read_image(file("empty.jpg")); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "empty"));
    write_text_file(file("text.jpg"), "this is not a picture at all, although it is called one");
    error = error_of([&] { read_image(file("text.jpg")); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "not a picture"));
  }

  void truncated_files_are_refused() {
    Image image(128, 128, 3);
    RandomStream({1, random_purpose("truncated"), 0, 0}).fill_uniform(image.pixels);
    for (const char* name : {"t.jpg", "t.png", "t.webp", "t.tif"}) {
      write_image(file(name), image);
      const std::string bytes = read_text_file(file(name));
      QVERIFY(!decode_image(bytes, name).image.empty());
      // A TIFF's directory may stand at its end, so a cut takes the whole header.
      for (const double share : {0.95, 0.5, 0.1}) {
        const Error error = error_of(
            [&] { decode_image(bytes.substr(0, std::size_t(double(bytes.size()) * share)), name); });
        QVERIFY2(error.code() == ErrorCode::kBadInput, (name + (": " + error.message())).c_str());
        QVERIFY2(mentions(error, "cut off"), error.what());
      }
      QVERIFY(error_of([&] { decode_image(bytes.substr(0, 14), name); }).code() ==
              ErrorCode::kBadInput);
    }
  }

  void damaged_in_the_middle_is_an_error_or_a_picture() {
    Image image(128, 128, 3, 0.4F);
    for (const char* name : {"d.jpg", "d.png", "d.webp", "d.tif"}) {
      write_image(file(name), image);
      std::string bytes = read_text_file(file(name));
      for (std::size_t i = bytes.size() / 3; i < bytes.size() / 2; ++i) bytes[i] = char(i * 37);
      try {
        decode_image(bytes, name);
      } catch (const Error& error) {
        QVERIFY(error.code() == ErrorCode::kBadInput);
      }
    }
  }

  void one_pixel_is_too_small() {
    write_image(file("one.png"), Image(1, 1, 3, 0.5F));
    const Error error = error_of([&] { read_image(file("one.png")); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "too small"));
  }

  void absurd_sizes_are_refused_before_decoding() {
    std::string png = encode_png(Image(64, 64, 3, 0.5F));
    const std::string claim = std::string("\0\0\xEA\x60\0\0\xEA\x60", 8);  // 60000 x 60000
    png.replace(16, 8, claim);
    Error error = error_of([&] { decode_image(png, "big.png"); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "60000 x 60000"));
    std::string jpeg = encode_jpeg(Image(64, 64, 3, 0.5F));
    const std::size_t sof = jpeg.find("\xFF\xC0");
    QVERIFY(sof != std::string::npos);
    jpeg.replace(sof + 5, 4, "\xEA\x60\xEA\x60");
    error = error_of([&] { decode_image(jpeg, "big.jpg"); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "60000 x 60000"));
    const std::string tiff = test_files::tiff(60000, 60000, 3, 8, 2, 1, {0, 0, 0, 0});
    error = error_of([&] { decode_image(tiff, "big.tif"); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "60000 x 60000"));
    std::string webp = std::string("RIFF\x1A\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0", 24) +
                       std::string("\xFF\x3F\0\xFF\x3F\0", 6) + "    ";
    error = error_of([&] { decode_image(webp, "big.webp"); });
    QVERIFY(error.code() == ErrorCode::kBadInput && mentions(error, "16384 x 16384"));
  }

  void writing_refuses_what_cannot_be() {
    QVERIFY(error_of([&] { write_image(file("a.bmp"), Image(8, 8, 3)); }).code() ==
            ErrorCode::kBadUsage);
    QVERIFY(error_of([&] { write_image(file("a.png"), Image()); }).code() == ErrorCode::kBadUsage);
    WriteOptions deep;
    deep.bits = 16;
    QVERIFY(error_of([&] { write_image(file("a.jpg"), Image(8, 8, 3), deep); }).code() ==
            ErrorCode::kBadUsage);
    QVERIFY(error_of([&] { write_image(file("none/a.png"), Image(8, 8, 3)); }).code() ==
            ErrorCode::kIo);
  }
};

QTEST_GUILESS_MAIN(ReadImageTest)
#include "read_image_test.moc"
