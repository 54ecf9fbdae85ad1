// SPDX-License-Identifier: Apache-2.0
#include "core/base/files.h"
#include "core/exporting/mesh_names.h"
#include "core/exporting/obj.h"
#include "core/exporting/usda.h"
#include "tests/exporting/failing_child.h"
#include "tests/exporting/file_checks.h"
#include "tests/exporting/sample_mesh.h"

#include <QtTest>

using namespace portrait;
namespace fs = std::filesystem;

class MeshTextFilesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = fs::path(folder_->path().toStdString());
  }
  void obj_lines();
  void obj_colours_without_texture();
  void obj_reads_back();
  void damaged_obj_is_refused();
  void usda_text();
  void usda_colours_without_texture();
  void usda_reads_back();
  void damaged_usda_is_refused();
  void names_are_made_harmless();
  void files_land_together_or_not_at_all();
  void full_disk_leaves_all_old_files();
  void missing_folder_and_no_rights();
  void bytes_are_the_same_each_time();

 private:
  bool has(const std::string& text, const std::string& part) const {
    return text.find(part) != std::string::npos;
  }

  std::unique_ptr<QTemporaryDir> folder_;
  fs::path path_;
};

void MeshTextFilesTest::obj_lines() {
  write_obj(path_ / "head.obj", textured_sample_mesh(),
            {.name = "my head", .texture = sample_texture()});
  const std::string text = read_text_file(path_ / "head.obj");
  QVERIFY(
      text.starts_with("# Portrait Studio, metres, +Y up, +Z front\n# 4 vertices, 4 "
                       "triangles\nmtllib head.mtl\no my_head\n"
                       "v -0.160000 -0.100000 0.040000\n"));
  QVERIFY(has(text, "\nvt 0.000000 0.750000\nvt 1.000000 0.875000\n"));  // v grows upward
  QVERIFY(has(text, "\nusemtl my_head\ns 1\nf 1/1/1 3/3/3 2/2/2\n"));    // counted from 1
  const std::string material = read_text_file(path_ / "head.mtl");
  QVERIFY(has(material, "\nnewmtl my_head\n"));
  QVERIFY(has(material, "\nmap_Kd head_texture.png\n"));
  QVERIFY(has(material, "\nnorm head_normals.png\n"));
  QVERIFY(names_in(path_) ==
          (std::set<std::string>{"head.obj", "head.mtl", "head_texture.png", "head_normals.png"}));
  QVERIFY(read_text_file(path_ / "head_texture.png") == sample_texture().base_colour.bytes());
}

void MeshTextFilesTest::obj_colours_without_texture() {
  write_obj(path_ / "head.obj", sample_mesh());
  const std::string text = read_text_file(path_ / "head.obj");
  QVERIFY(has(text, "\nv -0.160000 -0.100000 0.040000 1.0000 0.0000 0.0000\n"));
  QVERIFY(has(text, " 0.0000 0.7354 0.0000\n"));  // sRGB of linear 0.5
  QVERIFY(has(text, "\nf 1//1 3//3 2//2\n"));
  QVERIFY(!has(text, "mtllib") && !has(text, "usemtl"));
  QVERIFY(names_in(path_) == (std::set<std::string>{"head.obj"}));
}

void MeshTextFilesTest::obj_reads_back() {
  TriangleMesh mesh = textured_sample_mesh();
  for (int what = 0; what < 4; ++what) {
    const bool textured = what == 0;
    if (what == 2) mesh.normals.clear();
    if (what == 3) mesh.texcoords.clear();
    const MeshTexture texture = textured ? sample_texture() : MeshTexture{};
    const MeshAxes axes = mesh_axes(MeshPreset::kUnreal, MeshFormat::kObj);
    write_obj(path_ / "head.obj", mesh, {.axes = axes, .texture = texture});
    const TexturedMesh read = read_obj(path_ / "head.obj", axes);
    QVERIFY(read.mesh.triangles == mesh.triangles);
    QVERIFY(largest_gap(read.mesh.positions, mesh.positions) < 1e-6F);
    QVERIFY(largest_gap(read.mesh.normals, mesh.normals) < 1e-6F);
    QVERIFY(largest_gap(read.mesh.texcoords, mesh.texcoords) < 1e-6F);
    QCOMPARE(read.mesh.colours.empty(), textured);
    QVERIFY(textured || largest_gap(read.mesh.colours, mesh.colours) < 2e-4F);
    QVERIFY(read.texture == texture);
  }
}

void MeshTextFilesTest::damaged_obj_is_refused() {
  write_obj(path_ / "head.obj", textured_sample_mesh(), {.texture = sample_texture()});
  const std::string good = read_text_file(path_ / "head.obj");
  const auto reading = [&](const std::string& bad) {
    write_text_file(path_ / "bad.obj", bad);
    return message_of(ErrorCode::kCorrupt, [&] { read_obj(path_ / "bad.obj"); });
  };
  const auto with = [&](const std::string& part, const std::string& other) {
    std::string bad = good;
    return bad.replace(bad.find(part), part.size(), other);
  };
  QVERIFY(reading(good).isEmpty());
  QVERIFY(!reading("").isEmpty());
  QVERIFY(reading(good.substr(0, good.size() - 1)).contains("cut off"));
  QVERIFY(reading(good.substr(0, good.rfind("f "))).contains("announces"));
  QVERIFY(reading(with("f 1/1/1", "f 9/9/9")).contains("beyond"));
  QVERIFY(reading(with("f 1/1/1", "f 0/0/0")).contains("line"));
  QVERIFY(reading(with("f 1/1/1", "f 1/2/1")).contains("line"));
  QVERIFY(reading(with("v -0.16", "v nan0.16")).contains("line 5"));
  QVERIFY(reading(with("vt 0.000000", "vt")).contains("line"));
  QVERIFY(reading(with("mtllib head", "mtllib ../head")).contains("beside"));
  fs::remove(path_ / "head_texture.png");
  QVERIFY(!message_of(ErrorCode::kNotFound, [&] { read_obj(path_ / "head.obj"); }).isEmpty());
}

void MeshTextFilesTest::usda_text() {
  write_usda(path_ / "head.usda", textured_sample_mesh(),
             {.name = "1 head", .texture = sample_texture()});
  const std::string text = read_text_file(path_ / "head.usda");
  QVERIFY(text.starts_with("#usda 1.0\n(\n    defaultPrim = \"_1_head\"\n"));
  for (const char* part :
       {"    metersPerUnit = 1\n", "    upAxis = \"Y\"\n", "def Xform \"_1_head\" (",
        "int[] faceVertexCounts = [3, 3, 3, 3]\n", "int[] faceVertexIndices = [0, 2, 1, 0, 1, 3,",
        "float3[] extent = [(-0.16000001, ", "point3f[] points = [(-0.16000001, ",
        "texCoord2f[] primvars:st = [(0, 0.75), (1, 0.875), ",  // v grows upward
        "interpolation = \"vertex\"", "uniform token subdivisionScheme = \"none\"\n",
        "rel material:binding = </_1_head/material>\n", "asset inputs:file = @./head_texture.png@",
        "asset inputs:file = @./head_normals.png@", "inputs:sourceColorSpace = \"sRGB\"",
        "inputs:sourceColorSpace = \"raw\"", "float4 inputs:bias = (-1, -1, -1, 0)"}) {
    QVERIFY2(has(text, part), part);
  }
  QVERIFY(!has(text, "displayColor"));
  QVERIFY(names_in(path_) ==
          (std::set<std::string>{"head.usda", "head_texture.png", "head_normals.png"}));
}

void MeshTextFilesTest::usda_colours_without_texture() {
  write_usda(path_ / "head.usda", sample_mesh());
  const std::string text = read_text_file(path_ / "head.usda");
  QVERIFY(has(text, "color3f[] primvars:displayColor = [(1, 0, 0), (0, 0.5, 0), "));
  QVERIFY(!has(text, "Material") && !has(text, "primvars:st"));
}

void MeshTextFilesTest::usda_reads_back() {
  const TriangleMesh mesh = textured_sample_mesh();
  for (const bool textured : {true, false}) {
    const MeshTexture texture = textured ? sample_texture() : MeshTexture{};
    write_usda(path_ / "head.usda", mesh, {.texture = texture});
    const TexturedMesh read = read_usda(path_ / "head.usda");
    QVERIFY(read.mesh.triangles == mesh.triangles);
    QVERIFY(largest_gap(read.mesh.positions, mesh.positions) < 1e-6F);
    QVERIFY(largest_gap(read.mesh.normals, mesh.normals) == 0);
    QVERIFY(largest_gap(read.mesh.texcoords, mesh.texcoords) < 1e-6F);
    QVERIFY(textured || largest_gap(read.mesh.colours, mesh.colours) == 0);
    QVERIFY(read.texture == texture);
  }
}

void MeshTextFilesTest::damaged_usda_is_refused() {
  write_usda(path_ / "head.usda", textured_sample_mesh(), {.texture = sample_texture()});
  const std::string good = read_text_file(path_ / "head.usda");
  const auto reading = [&](const std::string& bad) {
    write_text_file(path_ / "bad.usda", bad);
    return message_of(ErrorCode::kCorrupt, [&] { read_usda(path_ / "bad.usda"); });
  };
  const auto with = [&](const std::string& part, const std::string& other) {
    std::string bad = good;
    return bad.replace(bad.find(part), part.size(), other);
  };
  QVERIFY(reading(good).isEmpty());
  QVERIFY(!reading("").isEmpty());
  QVERIFY(reading(good.substr(0, good.size() - 2)).contains("end"));
  QVERIFY(reading(good.substr(0, good.size() / 2)).contains("end"));
  QVERIFY(reading(with("Indices = [0", "Indices = [4")).contains("point 4 of 4"));
  QVERIFY(reading(with("Counts = [3", "Counts = [4")).contains("no triangle"));
  QVERIFY(reading(with("points = [(-0.16", "points = [(-0.17")).contains("extent"));
  QVERIFY(reading(with("points = [(-0.16", "points = [(-nan")).contains("damaged"));
  QVERIFY(reading(with("st = [(0, 0.75), ", "st = [")).contains("length"));
  QVERIFY(reading(with("@./head", "@./../head")).contains("beside"));
}

void MeshTextFilesTest::names_are_made_harmless() {
  QCOMPARE(companion_name("/a/head-2.b.obj", ".mtl"), std::string("head-2.b.mtl"));
  const std::string blank = companion_name("a b.obj", ".mtl");
  QVERIFY(blank.starts_with("a_b-") && blank.size() == 4 + 8 + 4);
  QVERIFY(blank != companion_name("a\tb.obj", ".mtl"));
  QCOMPARE(plain_name(""), std::string("head"));
  QCOMPARE(plain_name("a\nv 1"), std::string("a_v_1"));
  QCOMPARE(identifier("2\"x-y"), std::string("_2_x_y"));
  write_obj(path_ / "K\u00f6pf #1.obj", textured_sample_mesh(), {.texture = sample_texture()});
  QVERIFY(read_obj(path_ / "K\u00f6pf #1.obj").texture == sample_texture());
}

void MeshTextFilesTest::files_land_together_or_not_at_all() {
  write_text_file(path_ / "head.obj", "old mesh");
  write_text_file(path_ / "head_texture.png", "old picture");
  fs::create_directory(path_ / "head.mtl");  // no file can take this place
  write_text_file(path_ / "head.mtl" / "inside", "kept");
  const auto before = names_in(path_);
  const QString message = message_of(ErrorCode::kIo, [&] {
    write_obj(path_ / "head.obj", textured_sample_mesh(), {.texture = sample_texture()});
  });
  QVERIFY2(message.contains("head.mtl"), qPrintable(message));
  QVERIFY(names_in(path_) == before);
  QCOMPARE(read_text_file(path_ / "head.obj"), std::string("old mesh"));
  QCOMPARE(read_text_file(path_ / "head_texture.png"), std::string("old picture"));
  QCOMPARE(read_text_file(path_ / "head.mtl" / "inside"), std::string("kept"));
  fs::remove_all(path_ / "head.mtl");
  QVERIFY(!message_of(ErrorCode::kBadUsage, [&] {
             write_obj(path_ / "head.mtl", textured_sample_mesh(), {.texture = sample_texture()});
           }).isEmpty());
  write_obj(path_ / "head.obj", textured_sample_mesh(), {.texture = sample_texture()});
  QVERIFY(read_obj(path_ / "head.obj").texture == sample_texture());
}

void MeshTextFilesTest::full_disk_leaves_all_old_files() {
  const TriangleMesh mesh = textured_sample_mesh();
  const MeshTexture texture = sample_texture();
  for (const char* name : {"head.obj", "head.usda", "head.mtl", "head_texture.png"}) {
    write_text_file(path_ / name, "old");
  }
  const auto before = names_in(path_);
  // The pictures fit, the mesh does not.
  for (const rlim_t room : {rlim_t(20), rlim_t(400)}) {
    QCOMPARE(must_fail_with_io(
                 Hardship::kFullDisk,
                 [&] { write_obj(path_ / "head.obj", mesh, {.texture = texture}); }, room),
             std::string());
    QCOMPARE(must_fail_with_io(
                 Hardship::kFullDisk,
                 [&] { write_usda(path_ / "head.usda", mesh, {.texture = texture}); }, room),
             std::string());
    QVERIFY(names_in(path_) == before);
    for (const std::string& name : before) {
      QCOMPARE(read_text_file(path_ / name), std::string("old"));
    }
  }
}

void MeshTextFilesTest::missing_folder_and_no_rights() {
  const QString message =
      message_of(ErrorCode::kIo, [&] { write_obj(path_ / "none" / "head.obj", sample_mesh()); });
  QVERIFY2(message.contains("none/head.obj") && message.contains("folder exists"),
           qPrintable(message));
  fs::permissions(path_, fs::perms(0555));
  const std::string outcome = must_fail_with_io(
      Hardship::kNoRights, [&] { write_usda(path_ / "head.usda", sample_mesh()); });
  fs::permissions(path_, fs::perms(0755));
  QCOMPARE(outcome, std::string());
  QVERIFY(names_in(path_).empty());
}

void MeshTextFilesTest::bytes_are_the_same_each_time() {
  fs::create_directory(path_ / "a");
  fs::create_directory(path_ / "b");
  for (const char* folder : {"a", "b"}) {
    write_obj(path_ / folder / "head.obj", textured_sample_mesh(), {.texture = sample_texture()});
    write_usda(path_ / folder / "head.usda", textured_sample_mesh(), {.texture = sample_texture()});
  }
  for (const std::string& name : names_in(path_ / "a")) {
    QVERIFY(read_text_file(path_ / "a" / name) == read_text_file(path_ / "b" / name));
  }
}

QTEST_GUILESS_MAIN(MeshTextFilesTest)
#include "mesh_text_files_test.moc"
