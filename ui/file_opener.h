// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QString>

#include <filesystem>

class QWidget;

namespace portrait {

class Session;
class UnsavedGuard;

// Every way to a photo or a project. What stands is asked for first; a project that was autosaved
// after its last save is opened as the artist says.
class FileOpener : public QObject {
  Q_OBJECT

 public:
  FileOpener(Session& session, UnsavedGuard& guard, bool asks, QWidget* window);
  // A photo, or a project by its ending .portrait.
  void open(const QString& path);
  void choose_photo();
  void choose_project();

 Q_SIGNALS:
  void opening();

 private:
  void open_now(const QString& path);
  void ask_which(const std::filesystem::path& project, const std::filesystem::path& autosave);
  void choose(const QString& title, const QStringList& filters);

  Session& session_;
  UnsavedGuard& guard_;
  const bool asks_;
  QWidget* window_;
};

}  // namespace portrait
