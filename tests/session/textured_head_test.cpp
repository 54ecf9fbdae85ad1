// SPDX-License-Identifier: Apache-2.0
#include "tests/pipeline/tiny_head.h"

#include "core/base/files.h"
#include "core/exporting/glb.h"
#include "core/exporting/obj.h"
#include "core/image/read_image.h"
#include "core/image/resample.h"
#include "core/mesh/mesh_report.h"
#include "core/nn/torch_threads.h"
#include "core/photo/align.h"
#include "core/session/head_exports.h"
#include "core/session/head_mesh.h"
#include "core/session/mesh_likeness.h"
#include "core/texture/mesh_picture.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <algorithm>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

// A ball, red in front and grey behind, without a super-resolution: what its pictures show is what
// the field says.
class TexturedHeadTest : public QObject {
  Q_OBJECT

  Field head_;
  Settings settings_;

  ExportRequest meshes(const QTemporaryDir& folder) const {
    ExportRequest request;
    request.folder = folder.path().toStdString();
    request.turntable_mp4 = false;
    request.mesh_resolution = 64;
    return request;
  }

 private Q_SLOTS:
  void initTestCase() {
    configure_torch_threads();
    head_ = tiny_head({0.9F, 0.2F, 0.1F});
    head_.sr = {};
    settings_.set("mesh.texture", 256);
    settings_.set("mesh.triangles", 4000);
    settings_.set("render.coarse_samples", 16);
    settings_.set("render.fine_samples", 16);
  }

  void the_mesh_looks_like_the_head() {
    QTemporaryDir folder;
    export_head(head_, meshes(folder), settings_);
    const TexturedMesh read = read_textured_glb(fs::path(folder.path().toStdString()) / "head.glb");
    QCOMPARE(read.texture.base_colour.width(), 256);
    QVERIFY(read.mesh.colours.empty());  // they would be multiplied with the texture
    QVERIFY(read.mesh.triangles.size() <= 4000 && read.mesh.triangles.size() > 2000);
    // From a side that no picture was taken from.
    const Camera camera = rig_camera({45, 10});
    const Image head = HeadView(head_, LookOptions{}).picture(camera, 128, false).rgba;
    const MeshLikeness likeness =
        mesh_likeness(read.mesh, read.texture.base_colour.image(), camera, head);
    QVERIFY2(likeness.mask_iou > 0.93, qPrintable(QString::number(likeness.mask_iou)));
    QVERIFY2(likeness.psnr_db > 25, qPrintable(QString::number(likeness.psnr_db)));
  }

  void the_sheet_says_what_was_written() {
    QTemporaryDir folder;
    ExportRequest request = meshes(folder);
    request.obj = request.stl = true;
    request.preset = MeshPreset::kPrint;
    const auto files = export_head(head_, request, settings_);
    const auto sheet = nlohmann::json::parse(read_text_file(request.folder / "mesh_report.json"));
    const TriangleMesh mesh = read_glb(request.folder / "head.glb");
    QCOMPARE(sheet["mesh"]["triangles"].get<std::size_t>(), mesh.triangles.size());
    QCOMPARE(sheet["mesh"]["watertight"].get<bool>(), true);
    QCOMPARE(sheet["mesh"]["non_manifold_edges"].get<int>(), 0);
    const MeshReport report = inspect_mesh(mesh);
    QVERIFY(std::abs(sheet["mesh"]["height_mm"].get<double>() - report.height_mm) < 0.1);
    QCOMPARE(sheet["texture"]["size_px"].get<int>(), 256);
    QCOMPARE(sheet["texture"]["overlap"].get<int>(), 0);
    QVERIFY(!sheet["texture"].contains("photo_pixels_per_texel"));  // there was none
    for (const auto& view : sheet["texture"]["against_the_view"]) {
      QVERIFY2(view["mask_iou"].get<double>() > 0.9, view.dump().c_str());
      QVERIFY2(view["psnr_db"].get<double>() > 25, view.dump().c_str());
    }
    QCOMPARE(sheet["files"].size(), std::size_t(6));  // GLB, OBJ with two, STL, seen.png
    for (const auto& file : sheet["files"]) {
      const fs::path path = request.folder / file["file"].get<std::string>();
      QCOMPARE(file["sha256"].get<std::string>(), sha256_file(path));
      QCOMPARE(file["bytes"].get<std::uintmax_t>(), fs::file_size(path));
    }
    QCOMPARE(files.size(), std::size_t(7));  // and the sheet
  }

  void a_shape_alone_takes_no_texture() {
    QTemporaryDir folder;
    ExportRequest request = meshes(folder);
    request.glb = false;
    request.stl = true;
    int parts = 0;
    export_head(head_, request, settings_, [&](int, int total) { parts = total; });
    QCOMPARE(parts, 3);  // surface, file, sheet: no view is looked from
    QVERIFY(fs::exists(request.folder / "head.stl"));
    QVERIFY(!fs::exists(request.folder / "seen.png"));
    const auto sheet = nlohmann::json::parse(read_text_file(request.folder / "mesh_report.json"));
    QVERIFY(sheet.contains("colours") && !sheet.contains("texture"));
    QCOMPARE(sheet["mesh"]["watertight"].get<bool>(), true);
    QCOMPARE(sheet["files"].size(), std::size_t(1));
  }

  void a_normal_map_lies_with_the_mesh() {
    Settings settings = settings_;
    settings.set("mesh.normal_map", true);
    QTemporaryDir folder;
    ExportRequest request = meshes(folder);
    export_head(head_, request, settings);
    // Beside a GLB, which is not lit and has no use for it.
    const Image map = read_image(request.folder / "head_normals.png").image;
    QCOMPARE(map.width, 256);
    QVERIFY(read_textured_glb(request.folder / "head.glb").texture.normals.empty());
    double out = 0;
    for (std::size_t i = 2; i < map.pixels.size(); i += 3) out += map.pixels[i];
    out /= 256 * 256;
    QVERIFY2(out > 0.95, qPrintable(QString::number(out)));  // a ball lost little
    QVERIFY(std::any_of(map.pixels.begin(), map.pixels.end(),
                        [](float v) { return v > 0.52F && v < 0.9F; }));  // but something
    const auto sheet = nlohmann::json::parse(read_text_file(request.folder / "mesh_report.json"));
    QVERIFY(sheet["texture"].contains("normal_map"));
    QCOMPARE(sheet["files"].size(), std::size_t(3));
    // Named by an OBJ, and written once.
    QTemporaryDir other;
    request.folder = other.path().toStdString();
    request.glb = false;
    request.obj = request.usda = true;
    export_head(head_, request, settings);
    const TexturedMesh read =
        read_obj(request.folder / "head.obj", mesh_axes(request.preset, MeshFormat::kObj));
    QCOMPARE(read.texture.normals.width(), 256);
    const auto both = nlohmann::json::parse(read_text_file(request.folder / "mesh_report.json"));
    QCOMPARE(both["files"].size(), std::size_t(6));  // OBJ with three, USDA, seen.png
  }

  void a_bust_is_cut_flat() {
    HeadSurface surface;
    surface.resolution = 64;
    const HeadView head(head_, LookOptions{});
    const TriangleMesh whole = surface_of_head(head, surface);
    surface.bottom_mm = -50;
    const TriangleMesh cut = surface_of_head(head, surface);
    const MeshReport report = inspect_mesh(cut);
    QVERIFY(report.watertight);
    QCOMPARE(report.components, 1);
    QVERIFY(inspect_mesh(whole).low.y() < -0.2F);
    QVERIFY2(std::abs(report.low.y() + 0.125F) < 0.01F,
             qPrintable(QString::number(report.low.y())));
    QCOMPARE(report.high.y(), inspect_mesh(whole).high.y());
  }

  void the_photo_says_what_it_sees() {
    // Green from the front: so is the texture there, and nowhere behind.
    QTemporaryDir folder;
    ExportRequest request = meshes(folder);
    ExportSources sources;
    BakeView photo{rig_camera({0, 0}), Image(128, 128, 4, 1.0F), true};
    for (std::size_t i = 0; i < photo.rgba.pixels.size(); i += 4) {
      photo.rgba.pixels[i] = photo.rgba.pixels[i + 2] = 0;
    }
    sources.photo = photo;
    export_head(head_, request, settings_, {}, {}, sources);
    const TexturedMesh read = read_textured_glb(request.folder / "head.glb");
    const Image texture = read.texture.base_colour.image();
    const Image front = picture_of_mesh(read.mesh, texture, rig_camera({0, 0}), 64);
    const Image back = picture_of_mesh(read.mesh, texture, rig_camera({180, 0}), 64);
    QVERIFY(front.at(32, 32)[1] > 0.99F && front.at(32, 32)[0] < 0.01F);
    QVERIFY(back.at(32, 32)[0] > 0.2F);
    const Image seen = read_image(request.folder / "seen.png").image;
    QCOMPARE(seen.width, 256);
    const auto sheet = nlohmann::json::parse(read_text_file(request.folder / "mesh_report.json"));
    QVERIFY(sheet["texture"]["photo_pixels_per_texel"].get<double>() > 0);
    QCOMPARE(sheet["texture"]["upsampled"].get<bool>(),
             sheet["texture"]["photo_pixels_per_texel"].get<double>() < 1);
  }

  void the_photo_is_taken_at_its_own_resolution() {
    ProjectInfo info;
    info.photo = Image(900, 1200, 3);
    for (int y = 0; y < 1200; ++y) {
      for (int x = 0; x < 900; ++x) {
        info.photo.at(x, y)[0] = 0.5F + 0.4F * std::sin(0.02F * float(x));
        info.photo.at(x, y)[1] = 0.5F + 0.4F * std::cos(0.03F * float(y));
        info.photo.at(x, y)[2] = float((x + y) % 2);  // lost in the crop, kept in the photo
      }
    }
    info.photo_camera = rig_camera({10, 5});
    info.photo_camera.focal_y = info.photo_camera.focal_x * 900 / 1200;
    const Alignment alignment = align_head(info.photo_camera, 900, 1200, 128);
    PhotoInput input;
    input.crop = cut_crop(info.photo, alignment);
    input.matte = Image(128, 128, 1, 1.0F);
    input.camera = alignment.crop_camera;
    const BakeView view = photo_bake_view(input, info);
    QVERIFY(view.leads);
    QVERIFY(view.rgba.width > 512);
    QCOMPARE(view.rgba.width, int(std::lround(128 * scale_of(alignment.photo_from_crop))));
    QVERIFY((view.camera.world_from_camera - input.camera.world_from_camera).norm() < 1e-12);
    const Image small = resize(view.rgba, 128, 128);
    double difference = 0;
    for (int i = 0; i < 128 * 128; ++i) {
      for (int c = 0; c < 2; ++c) {
        difference += std::abs(small.pixels[std::size_t(4 * i + c)] -
                               input.crop.pixels[std::size_t(3 * i + c)]);
      }
    }
    QVERIFY2(difference / (2 * 128 * 128) < 0.01, qPrintable(QString::number(difference)));
    // Without the photo, the crop.
    info.photo = {};
    QCOMPARE(photo_bake_view(input, info).rgba.width, 128);
  }
};

QTEST_GUILESS_MAIN(TexturedHeadTest)
#include "textured_head_test.moc"
