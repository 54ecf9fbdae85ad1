// SPDX-License-Identifier: Apache-2.0
#include "tests/pipeline/tiny_head.h"

#include "core/base/error.h"
#include "core/exporting/formation_film.h"
#include "core/exporting/glb.h"
#include "core/exporting/ply.h"
#include "core/exporting/video_writer.h"
#include "core/field/baked_volume.h"
#include "core/mesh/mesh_report.h"
#include "core/nn/torch_threads.h"
#include "core/project/formation.h"
#include "core/session/head_exports.h"

#include <QtTest>

#include <algorithm>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

class ExportsTest : public QObject {
  Q_OBJECT

  Field head_;
  Settings settings_;

  ExportRequest everything(const fs::path& folder) const {
    ExportRequest request;
    request.folder = folder;
    request.glb = request.ply = request.turntable_mp4 = request.png_sequence = true;
    request.turntable_webm = request.turntable_gif = true;
    request.contact_sheet = request.pictures = true;
    request.mesh_resolution = 48;
    request.turntable_frames = 4;
    return request;
  }

 private Q_SLOTS:
  void initTestCase() {
    configure_torch_threads();
    head_ = tiny_head({0.9F, 0.2F, 0.1F});
    settings_.set("turntable.size", 64);
    settings_.set("mesh.texture", 128);
    settings_.set("mesh.triangles", 2000);
    settings_.set("render.coarse_samples", 24);
    settings_.set("render.fine_samples", 24);
  }

  void writes_everything() {
    QTemporaryDir folder;
    const fs::path out = fs::path(folder.path().toStdString()) / "new";
    int last = 0;
    int total = 0;
    const auto files = export_head(head_, everything(out), settings_, [&](int done, int of) {
      QCOMPARE(done, last + 1);
      last = done;
      total = of;
    });
    QCOMPARE(last, total);
    // GLB, PLY, texture, what the photo saw, sheet of the mesh; three films, contact sheet;
    // pictures with their cameras; frames.
    QCOMPARE(files.size(), std::size_t(5 + 4 + 14 + 4));
    for (const ExportedFile& file : files) {
      QVERIFY2(fs::exists(file.path), file.path.c_str());
      QVERIFY(file.bytes > 0 && file.bytes == fs::file_size(file.path));
    }
    const VideoInfo video = inspect_video(out / "turntable.mp4");
    QCOMPARE(video.frames, 4);
    QCOMPARE(video.width, 64);
    QVERIFY(!fs::exists(out / ".turntable.partial"));
  }

  void the_field_is_the_head_and_says_how_its_planes_lie() {
    QTemporaryDir folder;
    ExportRequest request;
    request.folder = folder.path().toStdString();
    request.glb = request.turntable_mp4 = false;
    request.field = true;
    const auto files = export_head(head_, request, settings_);
    QCOMPARE(files.size(), std::size_t(1));
    QCOMPARE(files.front().path.filename().string(), std::string("head_field.safetensors"));
    const SafetensorsFile file(files.front().path);
    const auto& told = file.metadata();
    QCOMPARE(told.at("format"), std::string("portrait-field"));
    QCOMPARE(told.at("plane_axes"), std::string("xy,yz,zx"));
    QCOMPARE(std::stod(told.at("half_extent")), head_.frame.half_extent);
    const Field again = Field::load(load_tensors(file), head_.frame);
    QVERIFY(at::equal(again.planes, head_.planes));
    QVERIFY(at::equal(again.decoder.w1, head_.decoder.w1));
  }

  void a_turntable_eases_and_stands_before_what_it_is_told() {
    const auto middle_step = [&](bool ease, const char* background) {
      QTemporaryDir folder;
      ExportRequest request;
      request.folder = folder.path().toStdString();
      request.glb = false;
      request.turntable_frames = 3;
      Settings settings = settings_;
      settings.set("turntable.ease", ease);
      settings.set("turntable.background", std::string(background));
      export_head(head_, request, settings);
      return read_video_frame(request.folder / "turntable.mp4", 1);
    };
    const Image white = middle_step(false, "white");
    const Image black = middle_step(false, "black");
    QVERIFY(white.at(1, 1)[0] > 0.95F && black.at(1, 1)[0] < 0.05F);
    QVERIFY(middle_step(true, "white").pixels != white.pixels);
  }

  void the_film_shows_the_moments_in_turn() {
    std::vector<std::shared_ptr<const FormationMoment>> moments;
    for (int i = 0; i < 3; ++i) {
      auto moment = std::make_shared<FormationMoment>();
      auto volume = std::make_shared<BakedVolume>();
      volume->samples = Eigen::Vector3i::Constant(BakedVolume::kBrick);
      volume->voxel = 0.04F;
      volume->box = {Eigen::Vector3f::Constant(-0.32F), Eigen::Vector3f::Constant(0.32F)};
      volume->bricks = {0};
      volume->hashes = {1};
      for (int s = 0; s < BakedVolume::kBrickSamples; ++s) {
        for (int c = 0; c < 3; ++c) volume->texels.push_back(c == i ? 255 : 0);
        volume->texels.push_back(200);
      }
      moment->volume = volume;
      moments.push_back(moment);
    }
    QTemporaryDir folder;
    ExportRequest request;
    request.folder = folder.path().toStdString();
    request.glb = request.turntable_mp4 = false;
    request.formation_film = true;
    request.frames_per_second = 4;
    QVERIFY_EXCEPTION_THROWN(begin_head_export(head_, request, settings_), Error);
    const auto job = begin_head_export(head_, request, settings_, {.moments = moments});
    while (!job->advance()) {
    }
    FormationFilm film;
    film.moments = 3;
    film.frames_per_second = 4;
    const fs::path file = request.folder / "formation.mp4";
    QCOMPARE(inspect_video(file).frames, film.frames());
    // Red, then green, then blue, as the moments are; the last is held.
    for (const int frame : {0, film.frames() / 2 - 3, film.frames() - 1}) {
      const Image shown = read_video_frame(file, frame);
      const float* middle = shown.at(32, 32);
      const auto brightest = std::size_t(std::max_element(middle, middle + 3) - middle);
      QCOMPARE(brightest, film.moment_of(frame));
      QVERIFY(middle[brightest] > 0.7F);
    }
    QCOMPARE(film.moment_of(film.frames() / 2 - 3), std::size_t(1));
    QCOMPARE(film.viewpoint_of(0).azimuth_deg, 0.0);
    QVERIFY(std::abs(film.viewpoint_of(film.frames() - 1).azimuth_deg) < 1e-9);
  }

  void the_mesh_is_the_ball_in_its_colours() {
    QTemporaryDir folder;
    ExportRequest request;
    request.folder = folder.path().toStdString();
    request.turntable_mp4 = false;
    request.ply = true;
    request.mesh_resolution = 64;
    Settings plain = settings_;
    plain.set("mesh.texture", 0);
    plain.set("mesh.triangles", 0);
    export_head(head_, request, plain);
    const TriangleMesh mesh = read_glb(request.folder / "head.glb");
    const MeshReport report = inspect_mesh(mesh);
    QVERIFY(report.watertight);
    QCOMPARE(report.components, 1);
    // A ball of radius 0.3, as well as 16 texels know it.
    QVERIFY2(report.volume > 0.08 && report.volume < 0.16,
             qPrintable(QString::number(report.volume)));
    Eigen::Vector3f front = Eigen::Vector3f::Zero();
    int count = 0;
    for (std::size_t i = 0; i < mesh.positions.size(); ++i) {
      if (mesh.positions[i].z() < 0.2F) continue;
      front += mesh.colours[i];
      ++count;
    }
    QVERIFY(count > 20);
    front /= static_cast<float>(count);
    QVERIFY2(front.x() > 2 * front.y() && front.x() > 2 * front.z(), "the front is not red");
    QCOMPARE(read_ply(request.folder / "head.ply").triangles.size(), mesh.triangles.size());
  }

  void frozen_when_begun() {
    QTemporaryDir a;
    QTemporaryDir b;
    Field head = head_.clone();
    ExportRequest request;
    request.turntable_mp4 = false;
    request.mesh_resolution = 32;
    request.folder = a.path().toStdString();
    export_head(head, request, settings_);
    request.folder = b.path().toStdString();
    const auto job = begin_head_export(head, request, settings_);
    head.planes.zero_();  // what a step would do
    while (!job->advance()) {
    }
    const TriangleMesh first = read_glb(fs::path(a.path().toStdString()) / "head.glb");
    const TriangleMesh second = read_glb(request.folder / "head.glb");
    QCOMPARE(second.positions.size(), first.positions.size());
    for (std::size_t i = 0; i < first.positions.size(); ++i) {
      QVERIFY(first.positions[i] == second.positions[i]);
    }
  }

  void a_cancelled_export_leaves_no_half_files() {
    QTemporaryDir folder;
    ExportRequest request = everything(folder.path().toStdString());
    request.glb = request.ply = request.contact_sheet = false;
    int parts = 0;
    export_head(
        head_, request, settings_, [&](int, int) { ++parts; }, [&] { return parts >= 2; });
    QVERIFY(fs::is_empty(request.folder));
  }

  void refuses_before_it_works() {
    ExportRequest nothing;
    nothing.folder = "/tmp";
    nothing.glb = nothing.turntable_mp4 = false;
    QVERIFY_THROWS_EXCEPTION(Error, begin_head_export(head_, nothing, settings_));
    ExportRequest request;
    request.folder = "/proc/nowhere";
    try {
      begin_head_export(head_, request, settings_);
      QFAIL("exported into /proc");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kIo);
    }
    Field empty = head_.clone();
    empty.decoder.w1[0].zero_();
    empty.decoder.b1[0] = -20;
    QTemporaryDir folder;
    request.folder = folder.path().toStdString();
    request.turntable_mp4 = false;
    try {
      export_head(empty, request, settings_);
      QFAIL("exported nothing as a mesh");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kBadInput);
    }
    QVERIFY(fs::is_empty(request.folder));
  }
};

QTEST_GUILESS_MAIN(ExportsTest)
#include "exports_test.moc"
