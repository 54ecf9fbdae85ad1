// SPDX-License-Identifier: Apache-2.0
// Pictures of viewpoints as files: what they say of themselves, what comes back, what is refused.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/png_text.h"
#include "core/image/read_image.h"
#include "core/image/write_image.h"
#include "core/session/picture_viewpoint.h"
#include "core/session/view_picture_file.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;
namespace fs = std::filesystem;

class ViewPictureTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  fs::path file(const char* name) const { return folder_.filePath(name).toStdString(); }

  static Viewpoint or_none(const std::optional<Viewpoint>& viewpoint) {
    return viewpoint.value_or(Viewpoint{-999, 0});
  }

  QString refusal(const fs::path& path, ErrorCode code, const char* word) const {
    try {
      read_view_picture(path);
    } catch (const Error& error) {
      const bool fits = error.code() == code && error.message().find(word) != std::string::npos;
      return fits ? QString() : QString(error.what());
    }
    return "it was taken";
  }

 private Q_SLOTS:
  void text_keys_stand_in_a_png_that_is_still_one() {
    const Image picture(70, 70, 3, 0.3F);
    const std::string plain = encode_png(picture);
    QVERIFY(png_text(plain).empty());
    const PngText text{{"Comment", "a\nb"}, {"PortraitViewpoint", "30,-5.5"}};
    const std::string told = with_png_text(plain, text);
    QVERIFY(png_text(told) == text);
    const LoadedImage read = decode_image(told, "told.png");
    QVERIFY(read.image.pixels == decode_image(plain, "plain.png").image.pixels);
    // As PNG's specification has it: the checksum of the chunk IEND.
    QCOMPARE(plain.substr(plain.size() - 8), std::string("IEND\xae\x42\x60\x82", 8));
    QVERIFY(png_text("no png").empty());
    QVERIFY(png_text(told.substr(0, 50)).empty());
    QVERIFY_EXCEPTION_THROWN(with_png_text("no png", text), Error);
    QVERIFY_EXCEPTION_THROWN(with_png_text(plain, {{std::string(80, 'k'), ""}}), Error);
  }

  void a_viewpoint_is_read_from_text_and_names() {
    QVERIFY(or_none(viewpoint_of_text("30,0")) == (Viewpoint{30, 0}));
    QVERIFY(or_none(viewpoint_of_text(viewpoint_text({-112.5, 33.25}))) ==
            (Viewpoint{-112.5, 33.25}));
    for (const char* bad : {"", "30", "30,", "30,x", "x,0", "30,0,1", "30,95", "nan,0", "30 0"}) {
      QVERIFY2(!viewpoint_of_text(bad), bad);
    }
    QVERIFY(or_none(viewpoint_of_comment("made with Portrait Studio viewpoint 30,0 and paint")) ==
            (Viewpoint{30, 0}));
    QVERIFY(!viewpoint_of_comment("30,0"));
    for (const Viewpoint& v : {Viewpoint{30, 0}, {-112.5, 33.25}, {180, -5}, {0, 45}, {7.5, 0}}) {
      const std::string name = view_picture_name("az de", v);
      QVERIFY2(or_none(viewpoint_of_name(name)) == v, name.c_str());
      QVERIFY(or_none(viewpoint_of_name("copy of " + name + " (2).png")) == v);
    }
    QCOMPARE(view_picture_name("ann", {30, -5.5}), std::string("ann az+030 el-05.5.png"));
    QVERIFY(or_none(viewpoint_of_name("view_az+030.0_el-05.0.png")) == (Viewpoint{30, -5}));
    for (const char* bad : {"photo.png", "azure.png", "az30 el0.png", "az+30.png", ""}) {
      QVERIFY2(!viewpoint_of_name(bad), bad);
    }
  }

  void what_goes_out_comes_back_the_same() {
    Image picture(512, 512, 4, 1.0F);
    for (int i = 0; i < 512; ++i) {
      picture.at(i, i)[0] = float(i % 256) / 255;
      picture.at(i, 511 - i)[3] = 100 / 255.0F;
    }
    write_view_picture(file("out.png"), picture, {60, 0});
    QCOMPARE(png_text(read_text_file(file("out.png"))).at(kViewpointKey), std::string("60,0"));
    const auto back = read_view_picture(file("out.png"));
    QCOMPARE(back->size, 512);
    QCOMPARE(back->id, ArtistPicture::of(picture)->id);
    QCOMPARE(ArtistPicture::of(back->image())->id, back->id);
    // A smaller one is enlarged to be painted on.
    write_view_picture(file("small.png"), Image(128, 128, 3, 0.5F), {60, 0});
    QCOMPARE(read_view_picture(file("small.png"))->size, 512);
    QVERIFY_EXCEPTION_THROWN(write_view_picture(file("x.jpg"), picture, {0, 0}), Error);
  }

  void larger_ones_are_reduced_and_what_is_transparent_has_no_colour() {
    Image large(1024, 1024, 4);
    for (int y = 0; y < 1024; ++y) {
      for (int x = 0; x < 1024; ++x) {
        float* p = large.at(x, y);
        const bool red = x % 2 == 0;  // beside it transparent blue
        p[red ? 0 : 2] = 1;
        p[3] = red ? 1.0F : 0.0F;
      }
    }
    write_image(file("large.png"), large);
    const auto picture = read_view_picture(file("large.png"));
    QCOMPARE(picture->size, 512);
    QCOMPARE(int(picture->rgba[4 * 1000]), 255);
    QCOMPARE(int(picture->rgba[4 * 1000 + 2]), 0);
    QVERIFY(std::abs(int(picture->rgba[4 * 1000 + 3]) - 128) <= 1);
  }

  void bad_ones_are_refused_with_reasons() {
    write_image(file("wide.png"), Image(512, 300, 3, 0.5F));
    QCOMPARE(refusal(file("wide.png"), ErrorCode::kBadInput, "512 x 300"), QString());
    write_image(file("tiny.png"), Image(128, 128, 3, 0.5F));
    QCOMPARE(refusal(file("tiny.png"), ErrorCode::kBadInput, "at least 256"), QString());
    write_text_file(file("text.png"), "this is no picture");
    QCOMPARE(refusal(file("text.png"), ErrorCode::kBadInput, ""), QString());
    QCOMPARE(refusal(file("absent.png"), ErrorCode::kNotFound, ""), QString());
  }
};

QTEST_GUILESS_MAIN(ViewPictureTest)
#include "view_picture_test.moc"
