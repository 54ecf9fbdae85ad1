// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/canvas.h"

#include "core/base/error.h"
#include "core/session/snapshot.h"
#include "ui/theme.h"
#include "ui/viewport/scene_renderer.h"

#include <QOpenGLContext>
#include <QOpenGLVersionFunctionsFactory>
#include <QPainter>
#include <QSurfaceFormat>

namespace portrait {

GpuCanvas::GpuCanvas(QWidget* parent) : QOpenGLWidget(parent) {
  QSurfaceFormat surface_format = format();
  surface_format.setVersion(3, 3);
  surface_format.setProfile(QSurfaceFormat::CoreProfile);
  setFormat(surface_format);
  setAttribute(Qt::WA_TransparentForMouseEvents);
}

GpuCanvas::~GpuCanvas() {
  makeCurrent();
  renderer_.reset();
  doneCurrent();
}

void GpuCanvas::release() {
  makeCurrent();
  renderer_.reset();
  doneCurrent();
}

void GpuCanvas::initializeGL() {
  // The context dies when the widget moves to another window; what lives in it goes first.
  connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &GpuCanvas::release,
          Qt::UniqueConnection);
  Gl* gl = QOpenGLVersionFunctionsFactory::get<Gl>(context());
  if (gl == nullptr || !gl->initializeOpenGLFunctions()) {
    Q_EMIT failed(tr("OpenGL 3.3 is not available here."));
    return;
  }
  try {
    renderer_ = std::make_unique<SceneRenderer>(gl);
  } catch (const Error& error) {
    Q_EMIT failed(QString::fromStdString(error.message()));
  }
}

void GpuCanvas::show_scene(const ViewportScene& scene) {
  scene_ = scene;
  settled_ = false;
  update();
}

void GpuCanvas::paintGL() {
  if (renderer_ == nullptr || scene_.size.isEmpty()) return;
  const bool more = renderer_->upload(scene_);
  renderer_->draw(scene_, defaultFramebufferObject(), false,
                  {1.0F, scene_.moving ? 1.0F : 0.6F, 1});
  settled_ = !more && !scene_.moving;
  if (more) update();
}

SoftwareCanvas::SoftwareCanvas(OffscreenRenderer* renderer, QWidget* parent)
    : QWidget(parent), renderer_(renderer) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  setAttribute(Qt::WA_TransparentForMouseEvents);
  connect(renderer, &OffscreenRenderer::picture_waiting, this,
          [this] {
            std::optional<RenderedPicture> picture = renderer_->take_picture();
            if (!picture) return;
            image_ = std::move(picture->image);
            settled_ = picture->sharp && picture->scene == scene_;
            update();
          },
          Qt::QueuedConnection);
}

void SoftwareCanvas::show_scene(const ViewportScene& scene) {
  settled_ = false;
  scene_ = renderer_->show(scene);
}

void SoftwareCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (image_.isNull()) {
    painter.fillRect(rect(), theme().backdrop_edge);
  } else {
    painter.drawImage(rect(), image_);
  }
}

}  // namespace portrait
