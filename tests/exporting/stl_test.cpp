// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/stl.h"
#include "core/base/files.h"
#include "core/exporting/ply.h"
#include "tests/exporting/file_checks.h"
#include "tests/exporting/sample_mesh.h"

#include <QtTest>

#include <Eigen/Geometry>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

// Positive when the triangles of a closed mesh around the origin wind outward.
float volume(const TriangleMesh& mesh) {
  float sum = 0;
  for (const auto& t : mesh.triangles) {
    sum += mesh.positions[t[0]].dot(mesh.positions[t[1]].cross(mesh.positions[t[2]])) / 6;
  }
  return sum;
}

MeshAxes mirrored_axes() {
  MeshAxes axes;
  axes.file_from_world(0, 0) = -1;
  return axes;
}

}  // namespace

class StlTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = fs::path(folder_->path().toStdString());
  }
  void stl_bytes();
  void stl_reads_back();
  void triangle_without_area_has_no_normal();
  void damaged_stl_is_refused();
  void presets();
  void presets_keep_the_outside_out();
  void bad_axes_are_refused();

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path path_;
};

void StlTest::stl_bytes() {
  write_stl(path_ / "head.stl", sample_mesh());
  const std::string file = read_text_file(path_ / "head.stl");
  QCOMPARE(file.size(), std::size_t(80 + 4 + 4 * 50));
  QVERIFY(file.starts_with("Portrait Studio, millimetres, +Z up, -Y front  "));
  QCOMPARE(value_at(file, 80), 4U);
  // The first triangle is 0 2 1: its first corner (-0.4, -0.25, 0.1) as (x, -z, y) in mm.
  QCOMPARE(value_at<float>(file, 84 + 12), -160.0F);
  QCOMPARE(value_at<float>(file, 84 + 16), -40.0F);
  QCOMPARE(value_at<float>(file, 84 + 20), -100.0F);
  QCOMPARE(value_at<float>(file, 84 + 24 + 8), 180.0F);  // the height of corner 2
  QCOMPARE(value_at<std::uint16_t>(file, 84 + 48), std::uint16_t(0));
  Eigen::Vector3f normal;
  Eigen::Vector3f corners[3];
  std::memcpy(normal.data(), file.data() + 84, 12);
  for (int c = 0; c < 3; ++c) std::memcpy(corners[c].data(), file.data() + 96 + 12 * c, 12);
  const Eigen::Vector3f cross = (corners[1] - corners[0]).cross(corners[2] - corners[0]);
  QVERIFY((normal - cross.normalized()).norm() < 1e-5F);
}

void StlTest::stl_reads_back() {
  const TriangleMesh mesh = sample_mesh();
  for (const MeshAxes& axes :
       {mesh_axes(MeshPreset::kPrint, MeshFormat::kStl), MeshAxes{}, mirrored_axes()}) {
    write_stl(path_ / "head.stl", mesh, axes);
    const TriangleMesh read = read_stl(path_ / "head.stl", axes);
    QCOMPARE(read.triangles.size(), mesh.triangles.size());
    for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
      for (int c = 0; c < 3; ++c) {
        QVERIFY(
            (read.positions[read.triangles[t][c]] - mesh.positions[mesh.triangles[t][c]]).norm() <
            1e-6F);
      }
    }
  }
}

void StlTest::triangle_without_area_has_no_normal() {
  TriangleMesh mesh = sample_mesh();
  mesh.triangles.push_back({1, 1, 2});
  write_stl(path_ / "head.stl", mesh);
  const std::string file = read_text_file(path_ / "head.stl");
  for (int c = 0; c < 3; ++c) QCOMPARE(value_at<float>(file, 84 + 4 * 50 + 4 * c), 0.0F);
}

void StlTest::damaged_stl_is_refused() {
  write_stl(path_ / "head.stl", sample_mesh());
  const std::string good = read_text_file(path_ / "head.stl");
  const auto refused = [&](const std::string& bad) {
    write_text_file(path_ / "bad.stl", bad);
    return !message_of(ErrorCode::kCorrupt, [&] { read_stl(path_ / "bad.stl"); }).isEmpty();
  };
  QVERIFY(!refused(good));
  QVERIFY(refused(""));
  QVERIFY(refused(good.substr(0, good.size() - 1)));
  QVERIFY(refused(good + "x"));
  std::string count = good;
  count[80] = 5;
  QVERIFY(refused(count));
  std::string infinite = good;
  infinite.replace(96, 4, std::string("\x00\x00\x80\x7f", 4));
  QVERIFY(refused(infinite));
  write_text_file(path_ / "bad.stl", "solid head\nendsolid head\n");
  QVERIFY(!message_of(ErrorCode::kUnsupported, [&] { read_stl(path_ / "bad.stl"); }).isEmpty());
}

void StlTest::presets() {
  TriangleMesh mesh;  // up, front, and the subject's left
  mesh.positions = {{0, 1, 0}, {0, 0, 1}, {1, 0, 0}};
  mesh.triangles = {{0, 1, 2}};
  const auto file = [&](MeshPreset preset, MeshFormat format) {
    return to_file_axes(mesh, mesh_axes(preset, format)).positions;
  };
  using Points = std::vector<Eigen::Vector3f>;
  const Points metres_y_up = {{0, 0.4F, 0}, {0, 0, 0.4F}, {0.4F, 0, 0}};
  const Points metres_z_up = {{0, 0, 0.4F}, {0, -0.4F, 0}, {0.4F, 0, 0}};
  const Points millimetres_z_up = {{0, 0, 400}, {0, -400, 0}, {400, 0, 0}};
  const Points unreal = {{0, 0, 40}, {40, 0, 0}, {0, 40, 0}};
  for (const MeshFormat format : {MeshFormat::kObj, MeshFormat::kPly, MeshFormat::kStl}) {
    const bool obj = format == MeshFormat::kObj;
    QVERIFY(largest_gap(file(MeshPreset::kGltf, format), metres_y_up) < 1e-4F);
    QVERIFY(largest_gap(file(MeshPreset::kUnity, format), metres_y_up) < 1e-4F);
    QVERIFY(largest_gap(file(MeshPreset::kBlender, format), obj ? metres_y_up : metres_z_up) <
            1e-4F);
    QVERIFY(largest_gap(file(MeshPreset::kUnreal, format), unreal) < 1e-4F);
    QVERIFY(largest_gap(file(MeshPreset::kPrint, format), millimetres_z_up) < 1e-3F);
  }
  QCOMPARE(mesh_axes(MeshPreset::kUnreal, MeshFormat::kObj).text(),
           std::string("centimetres, +Z up, +X front"));
}

void StlTest::presets_keep_the_outside_out() {
  const TriangleMesh mesh = sample_mesh();
  QVERIFY(volume(mesh) > 0);
  std::vector<MeshAxes> all = {mirrored_axes()};
  for (const auto preset : {MeshPreset::kGltf, MeshPreset::kBlender, MeshPreset::kUnreal,
                            MeshPreset::kUnity, MeshPreset::kPrint}) {
    all.push_back(mesh_axes(preset, MeshFormat::kStl));
  }
  for (const MeshAxes& axes : all) {
    const TriangleMesh file = to_file_axes(mesh, axes);
    QVERIFY(volume(file) > 0);
    QVERIFY((file.normals[3] - axes.file_from_world * mesh.normals[3]).norm() < 1e-6F);
    const TriangleMesh back = from_file_axes(file, axes);
    QVERIFY(back.triangles == mesh.triangles);
    QVERIFY(largest_gap(back.positions, mesh.positions) < 1e-6F);
    write_ply(path_ / "head.ply", mesh, {.axes = axes});
    QVERIFY(largest_gap(read_ply(path_ / "head.ply", axes).normals, mesh.normals) < 1e-6F);
  }
  QVERIFY(mirrored_axes().mirrored());
}

void StlTest::bad_axes_are_refused() {
  const auto refused = [&](const MeshAxes& axes) {
    return !message_of(ErrorCode::kBadUsage, [&] {
              write_stl(path_ / "head.stl", sample_mesh(), axes);
            }).isEmpty();
  };
  MeshAxes axes;
  axes.units_per_metre = 0;
  QVERIFY(refused(axes));
  axes = {};
  axes.file_from_world(0, 1) = 1;
  QVERIFY(refused(axes));
  axes = {};
  axes.file_from_world.row(2).setZero();
  QVERIFY(refused(axes));
  QVERIFY(names_in(path_).empty());
}

QTEST_GUILESS_MAIN(StlTest)
#include "stl_test.moc"
