// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/photo_painter.h"

#include "core/session/snapshot.h"

#include <cmath>

namespace portrait {

void PhotoPainter::paint(const PaintTarget& target, const ViewportScene& scene,
                         BackdropPainter& backdrop) {
  const std::shared_ptr<const PhotoInfo>& photo = scene.photo;
  if (photo == nullptr || photo->crop.empty() || scene.overlay == PhotoOverlay::kNone) return;
  if (photo != shown_) {
    const bool cut_out = photo->matte.width == photo->crop.width &&
                         photo->matte.height == photo->crop.height && photo->matte.channels == 1;
    photo_ = picture_texture(gl_, photo->crop, cut_out ? &photo->matte : nullptr);
    shown_ = photo;
  }
  if (scene.overlay == PhotoOverlay::kOnion) {
    paint_photo(target, scene.onion);
  } else if (scene.overlay == PhotoOverlay::kDifference) {
    paint_difference(target, scene.gain);
  } else if (scene.wipe > 0) {
    const GLsizei width = GLsizei(std::lround(scene.wipe * float(target.width)));
    gl_->glEnable(GL_SCISSOR_TEST);
    gl_->glScissor(0, 0, width, target.height);
    backdrop.paint(target);
    paint_photo(target, 1);
    gl_->glDisable(GL_SCISSOR_TEST);
  }
}

void PhotoPainter::paint_photo(const PaintTarget& target, float opacity) {
  set_common(frame_, target);
  frame_.set("picture", 0);
  frame_.set("opacity", opacity);
  frame_.set("feather", 0.0F);
  bind(gl_, 0, GL_TEXTURE_2D, photo_.id());
  blend_straight(gl_);
  triangle_.draw(gl_);
}

void PhotoPainter::paint_difference(const PaintTarget& target, float gain) {
  if (!beneath_ || width_ != target.width || height_ != target.height) {
    width_ = target.width;
    height_ = target.height;
    beneath_ = make_texture(gl_);
    gl_->glBindTexture(GL_TEXTURE_2D, beneath_.id());
    gl_->glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width_, height_, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                      nullptr);
    for (auto key : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER}) {
      gl_->glTexParameteri(GL_TEXTURE_2D, key, GL_NEAREST);
    }
  }
  gl_->glBindTexture(GL_TEXTURE_2D, beneath_.id());
  gl_->glCopyTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, 0, 0, width_, height_);
  set_common(difference_, target);
  difference_.set("picture", 0);
  difference_.set("beneath", 1);
  difference_.set("gain", gain);
  bind(gl_, 0, GL_TEXTURE_2D, photo_.id());
  bind(gl_, 1, GL_TEXTURE_2D, beneath_.id());
  gl_->glDisable(GL_BLEND);
  triangle_.draw(gl_);
}

}  // namespace portrait
