// SPDX-License-Identifier: Apache-2.0
// Draws scenes of the viewport into pictures, without a widget.
#pragma once

#include "core/base/image.h"
#include "ui/viewport/scene_renderer.h"

#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLVersionFunctionsFactory>
#include <QSurfaceFormat>

#include <memory>
#include <vector>

namespace portrait {

class OffscreenScene {
 public:
  OffscreenScene() {
    QSurfaceFormat format;
    format.setVersion(3, 3);
    format.setProfile(QSurfaceFormat::CoreProfile);
    surface_.setFormat(format);
    surface_.create();
    context_.setFormat(format);
    if (!context_.create() || !context_.makeCurrent(&surface_)) return;
    gl_ = QOpenGLVersionFunctionsFactory::get<Gl>(&context_);
    if (gl_ != nullptr) renderer_ = std::make_unique<SceneRenderer>(gl_);
  }
  bool usable() const { return renderer_ != nullptr; }

  // The scene at `size` pixels, the camera's square filling it: RGB.
  Image draw(ViewportScene scene, int size, const SceneRenderer::Quality& quality = {1, 0.75F, 1}) {
    scene.size = {size, size};
    scene.frame_rect = {0, 0, double(size), double(size)};
    while (renderer_->upload(scene)) {
    }
    target_.bind(gl_, size, size);
    GLint framebuffer = 0;
    gl_->glGetIntegerv(GL_FRAMEBUFFER_BINDING, &framebuffer);
    renderer_->draw(scene, GLuint(framebuffer), true, quality);
    std::vector<std::uint8_t> bytes(std::size_t(4) * size * size);
    gl_->glReadPixels(0, 0, size, size, GL_RGBA, GL_UNSIGNED_BYTE, bytes.data());
    Image image(size, size, 3);
    for (std::size_t i = 0; i < bytes.size() / 4; ++i) {
      for (std::size_t c = 0; c < 3; ++c) image.pixels[3 * i + c] = float(bytes[4 * i + c]) / 255;
    }
    return image;
  }

 private:
  QOffscreenSurface surface_;
  QOpenGLContext context_;
  Gl* gl_ = nullptr;
  std::unique_ptr<SceneRenderer> renderer_;
  RenderTarget target_;
};

}  // namespace portrait
