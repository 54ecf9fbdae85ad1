// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/painters.h"

#include "core/session/snapshot.h"
#include "ui/theme.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

glm::vec3 to_glm(const QColor& c) { return {c.redF(), c.greenF(), c.blueF()}; }
glm::vec3 to_glm(const Eigen::Vector3d& v) { return {v.x(), v.y(), v.z()}; }
glm::vec3 to_glm(const Eigen::Vector3f& v) { return {v.x(), v.y(), v.z()}; }

void set_common(ShaderProgram& program, const PaintTarget& target) {
  program.use();
  program.set("target_size", glm::vec2(target.width, target.height));
  program.set("top_row_first", target.top_row_first ? 1 : 0);
  program.set("frame", glm::vec4(target.frame.x(), target.frame.y(), target.frame.width(),
                                 target.frame.height()));
  program.set("backdrop_centre", to_glm(theme().backdrop_centre));
  program.set("backdrop_edge", to_glm(theme().backdrop_edge));
}

void bind(Gl* gl, int unit, GLenum kind, GLuint texture) {
  gl->glActiveTexture(GLenum(GL_TEXTURE0 + unit));
  gl->glBindTexture(kind, texture);
  gl->glActiveTexture(GL_TEXTURE0);
}

// Of an image of 3 or 4 channels; alpha from `alpha` when given.
GlTexture picture_texture(Gl* gl, const Image& image, const Image* alpha) {
  std::vector<std::uint8_t> bytes(std::size_t(image.width) * image.height * 4);
  auto to_byte = [](float v) { return std::uint8_t(std::clamp(v, 0.0F, 1.0F) * 255.0F + 0.5F); };
  for (std::size_t i = 0; i < bytes.size() / 4; ++i) {
    const float* pixel = image.pixels.data() + i * image.channels;
    for (int c = 0; c < 3; ++c) bytes[4 * i + c] = to_byte(pixel[image.channels >= 3 ? c : 0]);
    float a = image.channels == 4 ? pixel[3] : 1.0F;
    if (alpha != nullptr) a = alpha->pixels[i];
    bytes[4 * i + 3] = to_byte(a);
  }
  GlTexture texture = make_texture(gl);
  gl->glBindTexture(GL_TEXTURE_2D, texture.id());
  gl->glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, image.width, image.height, 0, GL_RGBA,
                   GL_UNSIGNED_BYTE, bytes.data());
  gl->glGenerateMipmap(GL_TEXTURE_2D);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  gl->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return texture;
}

// Blends straight alpha over the target and leaves the target's own alpha at 1.
void blend_straight(Gl* gl) {
  gl->glEnable(GL_BLEND);
  gl->glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

void blend_premultiplied(Gl* gl) {
  gl->glEnable(GL_BLEND);
  gl->glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

}  // namespace

void BackdropPainter::paint(const PaintTarget& target) {
  gl_->glDisable(GL_BLEND);
  set_common(program_, target);
  triangle_.draw(gl_);
}

void VolumePainter::paint(const PaintTarget& target, const ViewportScene& scene,
                          float step_voxels) {
  if (!texture_.ready()) return;
  const BakedVolume& volume = texture_.geometry();
  const Camera& camera = scene.camera;
  const Eigen::Matrix3d rotation = camera.world_from_camera.block<3, 3>(0, 0);
  const DepthRange range = depth_range_of(camera);
  set_common(program_, target);
  program_.set("volume", 0);
  program_.set("occupancy", 1);
  program_.set("box_low", to_glm(Eigen::Vector3f(volume.box.min())));
  program_.set("box_size", to_glm(Eigen::Vector3f(volume.box.sizes())));
  program_.set("samples", to_glm(Eigen::Vector3f(volume.samples.cast<float>())));
  program_.set("voxel", volume.voxel);
  program_.set("world_from_camera",
               glm::mat3(to_glm(Eigen::Vector3d(rotation.col(0))),
                         to_glm(Eigen::Vector3d(rotation.col(1))),
                         to_glm(Eigen::Vector3d(rotation.col(2)))));
  program_.set("eye", to_glm(camera.position()));
  program_.set("focal", glm::vec2(camera.focal_x, camera.focal_y));
  program_.set("centre", glm::vec2(camera.centre_x, camera.centre_y));
  program_.set("step_voxels", step_voxels);
  program_.set("mode", int(scene.mode));
  program_.set("depth_range", glm::vec2(range.near, range.far));
  bind(gl_, 0, GL_TEXTURE_3D, texture_.texels());
  bind(gl_, 1, GL_TEXTURE_3D, texture_.occupancy());
  blend_premultiplied(gl_);
  triangle_.draw(gl_);
}

void LayerPainter::paint(const PaintTarget& target, GLuint texture) {
  set_common(program_, target);
  program_.set("layer", 0);
  bind(gl_, 0, GL_TEXTURE_2D, texture);
  blend_premultiplied(gl_);
  triangle_.draw(gl_);
}

void FramePainter::upload(const NeuralFrame& frame) {
  if (texture_ && frame.version == version_) return;
  texture_ = picture_texture(gl_, frame.rgba, nullptr);
  version_ = frame.version;
}

void FramePainter::paint(const PaintTarget& target, float opacity) {
  if (!texture_ || opacity <= 0) return;
  set_common(program_, target);
  program_.set("picture", 0);
  program_.set("opacity", opacity);
  program_.set("feather", 0.02F);
  bind(gl_, 0, GL_TEXTURE_2D, texture_.id());
  blend_straight(gl_);
  triangle_.draw(gl_);
}

void WipePainter::paint(const PaintTarget& target, const std::shared_ptr<const PhotoInfo>& photo,
                        float divider, BackdropPainter& backdrop) {
  if (photo == nullptr || photo->crop.empty() || divider <= 0) return;
  if (photo != shown_) {
    const bool cut_out = photo->matte.width == photo->crop.width &&
                         photo->matte.height == photo->crop.height && photo->matte.channels == 1;
    texture_ = picture_texture(gl_, photo->crop, cut_out ? &photo->matte : nullptr);
    shown_ = photo;
  }
  const GLsizei width = GLsizei(std::lround(divider * float(target.width)));
  gl_->glEnable(GL_SCISSOR_TEST);
  gl_->glScissor(0, 0, width, target.height);
  backdrop.paint(target);
  set_common(program_, target);
  program_.set("picture", 0);
  program_.set("opacity", 1.0F);
  program_.set("feather", 0.0F);
  bind(gl_, 0, GL_TEXTURE_2D, texture_.id());
  blend_straight(gl_);
  triangle_.draw(gl_);
  gl_->glDisable(GL_SCISSOR_TEST);
}

DepthRange depth_range_of(const Camera& camera) {
  // 0.6 holds the head and its hair, and leaves the greys to them.
  const double distance = camera.position().norm();
  return {float(distance - 0.6), float(distance + 0.6)};
}

}  // namespace portrait
