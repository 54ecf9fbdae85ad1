// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/mode_note.h"

#include "core/session/view_mesh.h"
#include "ui/theme.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace portrait {
namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("ModeNote", text);
}

QString key(const QColor& colour, const QString& meaning) {
  return QStringLiteral("<span style='color:%1'>&#9632;</span>&nbsp;%2")
      .arg(colour.name(), meaning);
}

QString seen_note(const ViewportScene& scene) {
  if (scene.past) return tr("Known of the head as it is");
  const bool known =
      scene.views != nullptr && std::any_of(scene.views->begin(), scene.views->end(),
                                            [](const auto& view) { return view->of_photo; });
  if (!known) return tr("Known once the head was drawn through the photo's camera");
  return key(theme().information, tr("in the photo")) + QStringLiteral("&nbsp;&nbsp;&nbsp;") +
         key(theme().accent, tr("invented"));
}

QString mesh_note(const ViewportScene& scene) {
  if (scene.past) return tr("The mesh is of the head as it is");
  if (scene.mesh == nullptr) {
    return scene.yield ? tr("The mesh is made when the run pauses") : tr("The mesh is being made");
  }
  if (scene.mesh->empty()) return tr("There is no surface at this density");
  QString text = tr("%1 triangles").arg(QLocale().toString(int(scene.mesh->triangles.size() / 3)));
  if (scene.mesh->head_version != scene.volume_version) text += tr(" · of an earlier step");
  return text;
}

}  // namespace

QString mode_note(const ViewportScene& scene) {
  switch (scene.mode) {
    case DisplayMode::kSeen:
      return seen_note(scene);
    case DisplayMode::kMesh:
    case DisplayMode::kWireframe:
      return mesh_note(scene);
    default:
      return {};
  }
}

}  // namespace portrait
