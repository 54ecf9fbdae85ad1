// SPDX-License-Identifier: Apache-2.0
#include "core/base/files.h"
#include "core/exporting/glb.h"
#include "core/exporting/mesh_texture.h"
#include "core/exporting/ply.h"
#include "core/mesh/tangents.h"
#include "tests/exporting/file_checks.h"
#include "tests/exporting/sample_mesh.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace portrait;
namespace fs = std::filesystem;
using nlohmann::json;

class MeshTexturesTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    path_ = fs::path(folder_->path().toStdString());
  }
  void picture_is_kept_to_the_level();
  void bad_pictures_are_refused();
  void glb_embeds_the_base_colour();
  void glb_has_a_normal_map_when_lit();
  void tangents_follow_the_picture();
  void glb_without_texture_has_no_texcoords();
  void glb_normals_are_of_unit_length();
  void glb_texture_reads_back();
  void damaged_glb_texture_is_refused();
  void ply_names_its_texture();
  void ply_with_damaged_texture_is_refused();
  void texture_needs_texcoords();
  void bytes_are_the_same_each_time();

 private:
  std::unique_ptr<QTemporaryDir> folder_;
  fs::path path_;
};

void MeshTexturesTest::picture_is_kept_to_the_level() {
  const Image given = sample_picture(8, 4);
  const PngPicture picture(given);
  QCOMPARE(picture.width(), 8);
  QCOMPARE(picture.height(), 4);
  const Image read = picture.image();
  QCOMPARE(read.channels, 3);
  for (std::size_t i = 0; i < given.pixels.size(); ++i) {
    const float v = std::min(1.0F, std::max(0.0F, given.pixels[i]));
    QCOMPARE(std::lround(read.pixels[i] * 255), std::lround(v * 255));
  }
  QVERIFY(PngPicture::of_bytes(picture.bytes()) == picture);
  QVERIFY(PngPicture().empty());
}

void MeshTexturesTest::bad_pictures_are_refused() {
  QVERIFY(!message_of(ErrorCode::kBadUsage, [] { PngPicture{Image()}; }).isEmpty());
  QVERIFY(!message_of(ErrorCode::kBadUsage, [] { PngPicture{Image(2, 2, 1)}; }).isEmpty());
  Image image(2, 2, 3);
  image.pixels[5] = NAN;
  QVERIFY(!message_of(ErrorCode::kBadInput, [&] { PngPicture{image}; }).isEmpty());
  QVERIFY(!message_of(ErrorCode::kCorrupt, [] { PngPicture::of_bytes("no picture"); }).isEmpty());
  QVERIFY(!message_of(ErrorCode::kBadUsage, [] { PngPicture().image(); }).isEmpty());
}

void MeshTexturesTest::glb_embeds_the_base_colour() {
  const MeshTexture texture = sample_texture();
  write_glb(path_ / "head.glb", textured_sample_mesh(), {.texture = texture});
  const std::string file = read_text_file(path_ / "head.glb");
  const json root = glb_json(file);
  const json& attributes = root["meshes"][0]["primitives"][0]["attributes"];
  QVERIFY(!attributes.contains("TANGENT"));
  QVERIFY(!attributes.contains("COLOR_0"));  // would be multiplied with the texture
  const json& places = root["accessors"][attributes["TEXCOORD_0"].get<int>()];
  QCOMPARE(places["componentType"].get<int>(), 5126);
  QCOMPARE(places["type"].get<std::string>(), std::string("VEC2"));
  QCOMPARE(places["count"].get<int>(), 4);
  const std::size_t binary = 28 + value_at(file, 12);
  const json& view = root["bufferViews"][places["bufferView"].get<int>()];
  QCOMPARE(value_at<float>(file, binary + view["byteOffset"].get<std::size_t>() + 4), 0.25F);

  const json& material = root["materials"][0];
  QCOMPARE(material["pbrMetallicRoughness"]["baseColorTexture"]["index"].get<int>(), 0);
  QVERIFY(!material.contains("normalTexture"));  // an unlit material ignores it
  QCOMPARE(root["textures"].size(), std::size_t(1));
  QCOMPARE(root["samplers"].size(), std::size_t(1));
  QCOMPARE(root["samplers"][0]["minFilter"].get<int>(), 9987);
  QCOMPARE(root["samplers"][0]["magFilter"].get<int>(), 9729);
  QCOMPARE(root["samplers"][0]["wrapS"].get<int>(), 33071);
  const json& image = root["images"][0];
  QCOMPARE(image["mimeType"].get<std::string>(), std::string("image/png"));
  const json& picture = root["bufferViews"][image["bufferView"].get<int>()];
  QVERIFY(!picture.contains("target"));
  QCOMPARE(picture["byteOffset"].get<int>() % 4, 0);
  QVERIFY(file.substr(binary + picture["byteOffset"].get<std::size_t>(),
                      picture["byteLength"].get<std::size_t>()) == texture.base_colour.bytes());
  QCOMPARE(root["buffers"][0]["byteLength"].get<std::size_t>() % 4, std::size_t(0));
}

void MeshTexturesTest::glb_has_a_normal_map_when_lit() {
  write_glb(path_ / "head.glb", textured_sample_mesh(),
            {.unlit = false, .texture = sample_texture()});
  const json root = glb_json(read_text_file(path_ / "head.glb"));
  QVERIFY(!root.contains("extensionsUsed"));
  const int normal = root["materials"][0]["normalTexture"]["index"].get<int>();
  QCOMPARE(root["textures"][normal]["source"].get<int>(), 1);
  QCOMPARE(root["images"].size(), std::size_t(2));
  const json& attributes = root["meshes"][0]["primitives"][0]["attributes"];
  const json& tangents = root["accessors"][attributes["TANGENT"].get<int>()];
  QCOMPARE(tangents["type"].get<std::string>(), std::string("VEC4"));
}

void MeshTexturesTest::tangents_follow_the_picture() {
  // A square seen from the front, the picture upright on it: v grows downward.
  TriangleMesh mesh;
  mesh.positions = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {5, 5, 5}};
  mesh.normals.assign(5, Eigen::Vector3f::UnitZ());
  mesh.texcoords = {{0, 1}, {1, 1}, {1, 0}, {0, 0}, {0, 0}};
  mesh.triangles = {{0, 1, 2}, {0, 2, 3}};
  const auto upright = vertex_tangents(mesh);
  QCOMPARE(upright.size(), std::size_t(5));
  for (int i = 0; i < 4; ++i) QVERIFY((upright[i] - Eigen::Vector4f(1, 0, 0, 1)).norm() < 1e-6F);
  QVERIFY(std::abs(upright[4].z()) < 1e-6F);  // of no triangle: any direction in the plane
  for (Eigen::Vector2f& place : mesh.texcoords) place.x() = 1 - place.x();
  const auto mirrored = vertex_tangents(mesh);
  for (int i = 0; i < 4; ++i) QVERIFY((mirrored[i] - Eigen::Vector4f(-1, 0, 0, -1)).norm() < 1e-6F);
}

void MeshTexturesTest::glb_without_texture_has_no_texcoords() {
  write_glb(path_ / "head.glb", textured_sample_mesh());
  const json root = glb_json(read_text_file(path_ / "head.glb"));
  const json& attributes = root["meshes"][0]["primitives"][0]["attributes"];
  QVERIFY(!attributes.contains("TEXCOORD_0"));
  QVERIFY(attributes.contains("COLOR_0"));
  for (const char* unused : {"images", "textures", "samplers"}) QVERIFY(!root.contains(unused));
}

void MeshTexturesTest::glb_normals_are_of_unit_length() {
  TriangleMesh mesh = sample_mesh();
  mesh.normals[0] *= 3;
  mesh.normals[1].setZero();
  write_glb(path_ / "head.glb", mesh);
  const TriangleMesh read = read_glb(path_ / "head.glb");
  QVERIFY((read.normals[0] - sample_mesh().normals[0]).norm() < 1e-6F);
  QVERIFY(read.normals[1] == Eigen::Vector3f::UnitZ());
}

void MeshTexturesTest::glb_texture_reads_back() {
  const TriangleMesh mesh = textured_sample_mesh();
  const MeshTexture texture = sample_texture();
  write_glb(path_ / "head.glb", mesh, {.unlit = false, .texture = texture});
  const TexturedMesh read = read_textured_glb(path_ / "head.glb");
  QVERIFY(read.texture == texture);
  QVERIFY(largest_gap(read.mesh.texcoords, mesh.texcoords) == 0);
  QVERIFY(largest_gap(read.mesh.positions, mesh.positions) < 1e-6F);
  QVERIFY(read.mesh.colours.empty());
  QVERIFY(read.mesh.triangles == mesh.triangles);
}

void MeshTexturesTest::damaged_glb_texture_is_refused() {
  write_glb(path_ / "head.glb", textured_sample_mesh(), {.texture = sample_texture()});
  const std::string good = read_text_file(path_ / "head.glb");
  const auto refused = [&](const std::string& part, const std::string& other) {
    std::string bad = good;
    bad.replace(bad.find(part), part.size(), other);
    write_text_file(path_ / "bad.glb", bad);
    return !message_of(ErrorCode::kCorrupt, [&] {
              read_textured_glb(path_ / "bad.glb");
            }).isEmpty();
  };
  QVERIFY(refused("\x89PNG", "XPNG"));
  QVERIFY(refused("IDAT", "IDAX"));
  QVERIFY(refused("\"source\":0", "\"source\":7"));
  QVERIFY(refused("TEXCOORD_0", "TEXCOORD_9"));
  QVERIFY(refused("\"images\"", "\"imagez\""));
}

void MeshTexturesTest::ply_names_its_texture() {
  const TriangleMesh mesh = textured_sample_mesh();
  const MeshTexture texture = sample_texture();
  write_ply(path_ / "my head.ply", mesh, {.texture = texture});
  const std::string file = read_text_file(path_ / "my head.ply");
  const std::size_t at = file.find("comment TextureFile ") + 20;
  const std::string name = file.substr(at, file.find('\n', at) - at);
  QVERIFY(name.starts_with("my_head-") && name.ends_with("_texture.png"));  // no blank in it
  QVERIFY(names_in(path_) == (std::set<std::string>{"my head.ply", name}));
  QVERIFY(read_text_file(path_ / name) == texture.base_colour.bytes());
  const std::size_t data = file.find("end_header\n") + 11;
  QCOMPARE(file.size() - data, std::size_t(4 * 43 + 4 * 13));
  QCOMPARE(value_at<float>(file, data + 43 + 24), 1.0F);                 // s of the second vertex
  QCOMPARE(value_at<float>(file, data + 43 + 28), 0.875F);               // t grows upward
  QCOMPARE(value_at<float>(file, data + 43 + 36), 0.875F);               // texture_v
  QCOMPARE(value_at<std::uint8_t>(file, data + 40), std::uint8_t(255));  // colours stay
  const TexturedMesh read = read_textured_ply(path_ / "my head.ply");
  QVERIFY(largest_gap(read.mesh.texcoords, mesh.texcoords) < 1e-6F);
  QVERIFY(largest_gap(read.mesh.colours, mesh.colours) < 0.005F);
  QVERIFY(read.texture.base_colour == texture.base_colour);
  QVERIFY(read.texture.normals.empty());
}

void MeshTexturesTest::ply_with_damaged_texture_is_refused() {
  write_ply(path_ / "head.ply", textured_sample_mesh(), {.texture = sample_texture()});
  const auto read = [&] { read_textured_ply(path_ / "head.ply"); };
  write_text_file(path_ / "head_texture.png", "no picture");
  QVERIFY(!message_of(ErrorCode::kCorrupt, read).isEmpty());
  fs::remove(path_ / "head_texture.png");
  QVERIFY(!message_of(ErrorCode::kNotFound, read).isEmpty());
  QCOMPARE(read_ply(path_ / "head.ply").positions.size(), std::size_t(4));
  std::string file = read_text_file(path_ / "head.ply");
  file.replace(file.find("head_texture.png"), 16, "../_texture.pngx");
  write_text_file(path_ / "head.ply", file);
  QVERIFY(message_of(ErrorCode::kCorrupt, read).contains("beside"));
}

void MeshTexturesTest::texture_needs_texcoords() {
  const auto glb = [&](const TriangleMesh& mesh, const MeshTexture& texture) {
    return message_of(ErrorCode::kBadUsage,
                      [&] { write_glb(path_ / "head.glb", mesh, {.texture = texture}); });
  };
  QVERIFY(glb(sample_mesh(), sample_texture()).contains("no places"));
  MeshTexture only_normals = sample_texture();
  only_normals.base_colour = {};
  QVERIFY(glb(textured_sample_mesh(), only_normals).contains("base colour"));
  QVERIFY(names_in(path_).empty());
}

void MeshTexturesTest::bytes_are_the_same_each_time() {
  for (const char* name : {"a.glb", "b.glb"}) {
    write_glb(path_ / name, textured_sample_mesh(), {.unlit = false, .texture = sample_texture()});
  }
  QVERIFY(read_text_file(path_ / "a.glb") == read_text_file(path_ / "b.glb"));
}

QTEST_GUILESS_MAIN(MeshTexturesTest)
#include "mesh_textures_test.moc"
