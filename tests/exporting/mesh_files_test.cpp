// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/exporting/glb.h"
#include "core/exporting/obj.h"
#include "core/exporting/ply.h"
#include "core/exporting/stl.h"
#include "core/exporting/usda.h"
#include "tests/exporting/failing_child.h"
#include "tests/exporting/file_checks.h"
#include "tests/exporting/sample_mesh.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>

using namespace portrait;
namespace fs = std::filesystem;
using nlohmann::json;

class MeshFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = fs::path(folder_->path().toStdString());
  }
  void glb_header_and_json();
  void glb_reads_back();
  void glb_without_colours();
  void glb_extras();
  void ply_reads_back();
  void empty_and_non_finite_are_refused();
  void damaged_glb_is_refused();
  void damaged_ply_is_refused();
  void full_disk_leaves_the_old_file();
  void folder_without_rights();
  void missing_folder();

 private:
  // Nothing but the named file may stand in the folder.
  bool only(const std::string& name) const {
    int others = 0;
    for (const auto& entry : fs::directory_iterator(path_))
      others += entry.path().filename() != name;
    return others == 0;
  }

  std::unique_ptr<QTemporaryDir> folder_;
  fs::path path_;
};

void MeshFilesTest::glb_header_and_json() {
  const TriangleMesh mesh = sample_mesh();
  write_glb(path_ / "head.glb", mesh);
  const std::string file = read_text_file(path_ / "head.glb");
  QCOMPARE(file.substr(0, 4), std::string("glTF"));
  QCOMPARE(value_at(file, 4), 2U);
  QCOMPARE(std::size_t(value_at(file, 8)), file.size());
  const std::uint32_t text = value_at(file, 12);
  QCOMPARE(text % 4, 0U);
  QCOMPARE(file.substr(16, 4), std::string("JSON"));
  const std::uint32_t binary = value_at(file, 20 + text);
  QCOMPARE(binary % 4, 0U);
  QCOMPARE(file.substr(24 + text, 4), std::string("BIN\0", 4));
  QCOMPARE(std::size_t(28 + text + binary), file.size());

  const json root = glb_json(file);
  QCOMPARE(root["asset"]["version"].get<std::string>(), std::string("2.0"));
  QVERIFY(root["asset"].contains("generator"));
  QCOMPARE(root["extensionsUsed"][0].get<std::string>(), std::string("KHR_materials_unlit"));
  QVERIFY(root["materials"][0]["extensions"].contains("KHR_materials_unlit"));
  const json& primitive = root["meshes"][0]["primitives"][0];
  const json& position = root["accessors"][primitive["attributes"]["POSITION"].get<int>()];
  QCOMPARE(position["count"].get<int>(), 4);
  QCOMPARE(position["min"][0].get<float>(), -0.4F * 0.4F);  // metres
  QCOMPARE(position["max"][1].get<float>(), 0.45F * 0.4F);
  const json& colour = root["accessors"][primitive["attributes"]["COLOR_0"].get<int>()];
  QCOMPARE(colour["componentType"].get<int>(), 5123);
  QCOMPARE(colour["normalized"].get<bool>(), true);
  const json& index = root["accessors"][primitive["indices"].get<int>()];
  QCOMPARE(index["componentType"].get<int>(), 5125);
  QCOMPARE(index["count"].get<int>(), 12);
  QCOMPARE(root["buffers"][0]["byteLength"].get<std::uint32_t>(), binary);
  for (const json& view : root["bufferViews"]) {
    QCOMPARE(view["byteOffset"].get<int>() % 4, 0);
  }
  // The first position as it lies in the file.
  float x = 0;
  std::memcpy(&x, file.data() + 28 + text, 4);
  QCOMPARE(x, -0.4F * 0.4F);
  QVERIFY(only("head.glb"));
}

void MeshFilesTest::glb_reads_back() {
  const TriangleMesh mesh = sample_mesh();
  write_glb(path_ / "head.glb", mesh);
  const TriangleMesh read = read_glb(path_ / "head.glb");
  QVERIFY(read.triangles == mesh.triangles);
  QVERIFY(largest_gap(read.positions, mesh.positions) < 1e-6F);
  QVERIFY(largest_gap(read.normals, mesh.normals) == 0);
  QVERIFY(largest_gap(read.colours, mesh.colours) < 1.0F / 65535);
}

void MeshFilesTest::glb_without_colours() {
  TriangleMesh mesh = sample_mesh();
  mesh.colours.clear();
  write_glb(path_ / "head.glb", mesh, {.unlit = false});
  QVERIFY(read_glb(path_ / "head.glb").colours.empty());
  QVERIFY(!glb_json(read_text_file(path_ / "head.glb")).contains("extensionsUsed"));
}

void MeshFilesTest::glb_extras() {
  write_glb(path_ / "head.glb", sample_mesh(), {.extras_json = R"({"seed": 7})"});
  QCOMPARE(glb_json(read_text_file(path_ / "head.glb"))["asset"]["extras"]["seed"].get<int>(), 7);
  QVERIFY(!message_of(ErrorCode::kBadUsage, [&] {
             write_glb(path_ / "b.glb", sample_mesh(), {.extras_json = "[1"});
           }).isEmpty());
}

void MeshFilesTest::ply_reads_back() {
  const TriangleMesh mesh = sample_mesh();
  write_ply(path_ / "head.ply", mesh);
  const std::string file = read_text_file(path_ / "head.ply");
  QVERIFY(file.starts_with("ply\nformat binary_little_endian 1.0\n"));
  QVERIFY(file.find("element vertex 4\n") != std::string::npos);
  QVERIFY(file.find("element face 4\n") != std::string::npos);
  const std::size_t data = file.find("end_header\n") + 11;
  QCOMPARE(file.size() - data, std::size_t(4 * 27 + 4 * 13));
  QCOMPARE(int(static_cast<unsigned char>(file[data + 24])), 255);       // red of the first vertex
  QCOMPARE(int(static_cast<unsigned char>(file[data + 27 + 25])), 188);  // sRGB of linear 0.5
  const TriangleMesh read = read_ply(path_ / "head.ply");
  QVERIFY(read.triangles == mesh.triangles);
  QVERIFY(largest_gap(read.positions, mesh.positions) < 1e-6F);
  QVERIFY(largest_gap(read.normals, mesh.normals) == 0);
  QVERIFY(largest_gap(read.colours, mesh.colours) < 0.005F);
}

void MeshFilesTest::empty_and_non_finite_are_refused() {
  write_text_file(path_ / "head.glb", "old");
  const QString empty =
      message_of(ErrorCode::kBadInput, [&] { write_glb(path_ / "head.glb", TriangleMesh{}); });
  QVERIFY2(empty.contains("empty") && empty.contains("threshold"), qPrintable(empty));
  for (int what = 0; what < 6; ++what) {
    TriangleMesh mesh = sample_mesh();
    if (what == 0) mesh.positions[2].y() = NAN;
    if (what == 1) mesh.colours[1].x() = INFINITY;
    if (what == 2) mesh.normals.pop_back();
    if (what == 3) mesh.triangles[0][1] = 4;
    if (what == 4) mesh.texcoords = {{0, 0}, {1, 1}};
    if (what == 5) mesh.texcoords.assign(4, {0.5F, NAN});
    QVERIFY(
        !message_of(ErrorCode::kBadInput, [&] { write_glb(path_ / "head.glb", mesh); }).isEmpty());
    for (const auto& write :
         std::vector<std::function<void()>>{[&] { write_ply(path_ / "head.glb", mesh); },
                                            [&] { write_obj(path_ / "head.glb", mesh); },
                                            [&] { write_stl(path_ / "head.glb", mesh); },
                                            [&] { write_usda(path_ / "head.glb", mesh); }}) {
      QVERIFY(!message_of(ErrorCode::kBadInput, write).isEmpty());
    }
  }
  QCOMPARE(read_text_file(path_ / "head.glb"), std::string("old"));
  QVERIFY(only("head.glb"));
}

void MeshFilesTest::damaged_glb_is_refused() {
  write_glb(path_ / "head.glb", sample_mesh());
  const std::string good = read_text_file(path_ / "head.glb");
  const auto refused = [&](std::string bad) {
    write_text_file(path_ / "bad.glb", bad);
    return !message_of(ErrorCode::kCorrupt, [&] { read_glb(path_ / "bad.glb"); }).isEmpty();
  };
  QVERIFY(!refused(good));
  QVERIFY(refused(""));
  QVERIFY(refused("glTF"));
  QVERIFY(refused(good.substr(0, good.size() - 4)));
  QVERIFY(refused(good + "more"));
  const std::size_t data = 28 + value_at(good, 12);
  std::string moved = good;
  moved[data + 3] ^= 0x40;  // the exponent of the first position
  QVERIFY(refused(moved));
  std::string index = good;
  index[good.size() - 4] = 100;
  QVERIFY(refused(index));
  std::string text = good;
  text[20] = 'x';
  QVERIFY(refused(text));
  std::string no_accessor = good;
  no_accessor.replace(no_accessor.find("\"accessors\""), 11, "\"accessorz\"");
  QVERIFY(refused(no_accessor));
  QVERIFY(!message_of(ErrorCode::kNotFound, [&] { read_glb(path_ / "none.glb"); }).isEmpty());
}

void MeshFilesTest::damaged_ply_is_refused() {
  write_ply(path_ / "head.ply", sample_mesh());
  const std::string good = read_text_file(path_ / "head.ply");
  const auto refused = [&](const std::string& bad) {
    write_text_file(path_ / "bad.ply", bad);
    return !message_of(ErrorCode::kCorrupt, [&] { read_ply(path_ / "bad.ply"); }).isEmpty();
  };
  QVERIFY(!refused(good));
  QVERIFY(refused(""));
  QVERIFY(refused(good.substr(0, good.size() - 1)));
  std::string many = good;
  many.replace(many.find("vertex 4"), 8, "vertex 9");
  QVERIFY(refused(many));
  std::string index = good;
  index[good.size() - 4] = 100;
  QVERIFY(refused(index));
}

void MeshFilesTest::full_disk_leaves_the_old_file() {
  const fs::path file = path_ / "head.any";
  write_text_file(file, "old");
  for (const auto& write : std::vector<std::function<void()>>{
           [&] { write_glb(file, sample_mesh()); }, [&] { write_ply(file, sample_mesh()); },
           [&] { write_obj(file, sample_mesh()); }, [&] { write_usda(file, sample_mesh()); },
           [&] { write_stl(file, sample_mesh()); }}) {
    QCOMPARE(must_fail_with_io(Hardship::kFullDisk, write, 200), std::string());
    QCOMPARE(read_text_file(file), std::string("old"));
    QVERIFY(only("head.any"));
  }
}

void MeshFilesTest::folder_without_rights() {
  write_text_file(path_ / "head.glb", "old");
  fs::permissions(path_, fs::perms(0555));
  const std::string outcome =
      must_fail_with_io(Hardship::kNoRights, [&] { write_glb(path_ / "head.glb", sample_mesh()); });
  fs::permissions(path_, fs::perms(0755));
  QCOMPARE(outcome, std::string());
  QCOMPARE(read_text_file(path_ / "head.glb"), std::string("old"));
}

void MeshFilesTest::missing_folder() {
  const QString message =
      message_of(ErrorCode::kIo, [&] { write_glb(path_ / "none" / "head.glb", sample_mesh()); });
  QVERIFY2(message.contains("none/head.glb") && message.contains("folder exists"),
           qPrintable(message));
}

QTEST_GUILESS_MAIN(MeshFilesTest)
#include "mesh_files_test.moc"
