// SPDX-License-Identifier: Apache-2.0
#include "ui/about_dialog.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "ui/theme.h"

#include <nlohmann/json.hpp>

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace portrait {
namespace {

QString text_at(const nlohmann::json& node, const char* key) {
  const auto found = node.find(key);
  if (found == node.end()) return {};
  const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  return QString::fromStdString(text).toHtmlEscaped();
}

// Each network of the pack with its licence and where it comes from.
QString pack_html(const std::filesystem::path& folder) {
  if (folder.empty()) return {};
  nlohmann::json pack;
  try {
    pack = nlohmann::json::parse(read_text_file(folder / "pack.json"));
  } catch (const std::exception& error) {
    return AboutDialog::tr("<p>The model pack cannot be read: %1</p>")
        .arg(QString::fromUtf8(error.what()).toHtmlEscaped());
  }
  QString html = AboutDialog::tr("<h3>Model pack %1 %2</h3>")
                     .arg(text_at(pack, "name"), text_at(pack, "version"));
  const auto networks = pack.find("networks");
  if (networks != pack.end()) {
    for (const auto& [key, network] : networks->items()) {
      if (!network.is_object()) continue;
      QString name = text_at(network, "id");
      if (name.isEmpty()) name = QString::fromStdString(key).toHtmlEscaped();
      html += QString("<p><b>%1</b> · %2<br>%3<br>%4</p>")
                  .arg(name, text_at(network, "licence"), text_at(network, "provenance"),
                       text_at(network, "trained_on"));
    }
  }
  const auto credits = pack.find("credits");
  if (credits != pack.end() && credits->is_array()) {
    html += AboutDialog::tr("<h3>Credits</h3>");
    for (const auto& credit : *credits) {
      const std::string text = credit.is_string() ? credit.get<std::string>() : credit.dump();
      html += QString("<p>%1</p>").arg(QString::fromStdString(text).toHtmlEscaped());
    }
  }
  return html;
}

}  // namespace

AboutDialog::AboutDialog(const std::filesystem::path& pack, const QString& renderer,
                         QWidget* parent)
    : QDialog(parent) {
  setWindowTitle(tr("About Portrait Studio"));
  resize(560, 520);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(24, 24, 24, 16);
  layout->setSpacing(16);
  auto* row = new QHBoxLayout;
  row->setSpacing(16);
  auto* icon = new QLabel;
  icon->setPixmap(themed_pixmap("portrait-studio", theme().accent, 64, devicePixelRatioF()));
  auto* words = new QLabel(tr("<span style='font-size:20px; font-weight:600'>Portrait Studio</span>"
                              "<br>%1 · Apache License 2.0<br>One photo in, one 3D head out.")
                               .arg(PORTRAIT_VERSION));
  row->addWidget(icon);
  row->addWidget(words, 1);
  layout->addLayout(row);
  auto* text = new QTextBrowser;
  text->setOpenExternalLinks(true);
  text->setHtml(tr("<h3>Built with</h3><p>Qt (LGPL-3.0), LibTorch (BSD-3-Clause), OpenCV "
                   "(Apache-2.0), FFmpeg's libraries (LGPL-2.1 or GPL-2.0), Eigen (MPL-2.0), GLM "
                   "(MIT), nlohmann/json (MIT), spdlog (MIT), fmt (MIT)</p><p>OpenGL: %1</p>")
                    .arg(renderer.isEmpty() ? tr("not available") : renderer.toHtmlEscaped()) +
                pack_html(pack));
  layout->addWidget(text, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
}

}  // namespace portrait
