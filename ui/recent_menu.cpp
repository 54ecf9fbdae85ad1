// SPDX-License-Identifier: Apache-2.0
#include "ui/recent_menu.h"

#include "ui/preferences.h"

#include <QDir>
#include <QFileInfo>

namespace portrait {
namespace {

constexpr int kFolderLength = 40;  // letters

QString folder_text(const QString& path) {
  QString folder = QFileInfo(path).absolutePath();
  const QString home = QDir::homePath();
  if (folder == home || folder.startsWith(home + '/')) folder.replace(0, home.size(), "~");
  if (folder.size() > kFolderLength) folder = QChar(0x2026) + folder.right(kFolderLength);
  return folder;
}

}  // namespace

RecentMenu::RecentMenu(Preferences& preferences, QWidget* parent)
    : QMenu(tr("Open &recent"), parent), preferences_(preferences) {
  setToolTipsVisible(true);
  refresh();
}

void RecentMenu::refresh() {
  clear();
  const QStringList files = preferences_.recent_files();
  any_ = !files.isEmpty();
  for (const QString& path : files) {
    QString name = QFileInfo(path).fileName();
    QAction* action = addAction(name.replace('&', "&&") + '\t' + folder_text(path));
    action->setData(path);
    action->setToolTip(path);
    connect(action, &QAction::triggered, this, [this, path] { Q_EMIT chosen(path); });
  }
  if (!any_) return;
  addSeparator();
  connect(addAction(tr("Clear")), &QAction::triggered, this, [this] {
    preferences_.forget_files();
    any_ = false;
    menuAction()->setEnabled(false);
  });
}

}  // namespace portrait
