<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Clock</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
</context>
<context>
    <name>GuidancePanel</name>
    <message>
        <source>Projected view</source>
        <translation>Projizierte Ansicht</translation>
    </message>
    <message>
        <source>How strictly a view keeps to what its neighbour shows of it. Explicit-Branch, w_ex, equation (9)</source>
        <translation>Wie streng sich eine Ansicht an das hält, was ihre Nachbarin von ihr zeigt. Explicit-Branch, w_ex, Gleichung (9)</translation>
    </message>
    <message>
        <source>Texture memory</source>
        <translation>Texturgedächtnis</translation>
    </message>
    <message>
        <source>How much a view takes of its neighbour&apos;s strands, pores and cloth where nothing is carried over. Implicit-Branch, w_im, equation (10)</source>
        <translation>Wie viel eine Ansicht von Strähnen, Poren und Stoff ihrer Nachbarin übernimmt, wo nichts übertragen wird. Implicit-Branch, w_im, Gleichung (10)</translation>
    </message>
    <message>
        <source>Geometry</source>
        <translation>Geometrie</translation>
    </message>
    <message>
        <source>How much a view follows the head&apos;s own shape. Geometry prior, w_geo, equation (11)</source>
        <translation>Wie sehr eine Ansicht der Form des Kopfes folgt. Geometry prior, w_geo, Gleichung (11)</translation>
    </message>
</context>
<context>
    <name>NoisePanel</name>
    <message>
        <source>Anchored, optimised</source>
        <translation>Verankert, optimiert</translation>
    </message>
    <message>
        <source>Anchored</source>
        <translation>Verankert</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>Zufällig</translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation>Fest</translation>
    </message>
</context>
<context>
    <name>PaintedViewPanel</name>
    <message>
        <source>render</source>
        <translation>Rendering</translation>
    </message>
    <message>
        <source>The head as it was before this painting</source>
        <translation>Der Kopf, wie er vor dieser Bemalung war</translation>
    </message>
    <message>
        <source>projected</source>
        <translation>projiziert</translation>
    </message>
    <message>
        <source>What the driving view shows, carried over into this one (8); empty where it sees nothing of it</source>
        <translation>Was die führende Ansicht zeigt, in diese übertragen (8); leer, wo sie nichts davon sieht</translation>
    </message>
    <message>
        <source>target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>void</source>
        <translation>Leere</translation>
    </message>
    <message>
        <source>White: the driving view says nothing here, it is invented</source>
        <translation>Weiß: Hier sagt die führende Ansicht nichts, es wird erfunden</translation>
    </message>
    <message>
        <source>anchor noise</source>
        <translation>Ankerrauschen</translation>
    </message>
    <message>
        <source>Three channels of the noise that the view keeps (13)</source>
        <translation>Drei Kanäle des Rauschens, das die Ansicht behält (13)</translation>
    </message>
    <message>
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Where target and render differ, four times enlarged about grey</source>
        <translation>Wo sich Ziel und Rendering unterscheiden, vierfach verstärkt um Grau</translation>
    </message>
    <message>
        <source>What the diffusion model painted and the head is brought to, or the artist&apos;s picture where the view is locked</source>
        <translation>Was das Diffusionsmodell gemalt hat und wohin der Kopf gebracht wird, oder das Bild des Künstlers, wo die Ansicht festgelegt ist</translation>
    </message>
</context>
<context>
    <name>QMessageBox</name>
    <message>
        <source>Portrait Studio</source>
        <translation>Portrait Studio</translation>
    </message>
</context>
<context>
    <name>ViewPanel</name>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>Front</source>
        <translation>Vorn</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Hinten</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>Oben</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Where the random numbers start. The same seed, settings, pack and machine make the same head.</source>
        <translation>Wo die Zufallszahlen beginnen. Gleicher Startwert, gleiche Einstellungen, gleiches Modellpaket und gleicher Rechner ergeben denselben Kopf.</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Where the work is done. auto takes CUDA when LibTorch has it, else the processor.</source>
        <translation>Wo gerechnet wird. auto nimmt CUDA, wenn LibTorch es hat, sonst den Prozessor.</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <source>Which face of a photo with several: 1 is the leftmost, 2 the next to its right; 0 takes the largest.</source>
        <translation>Welches Gesicht bei mehreren im Foto: 1 ist das linke, 2 das nächste rechts davon; 0 nimmt das größte.</translation>
    </message>
    <message>
        <source>Field of view</source>
        <translation>Bildwinkel</translation>
    </message>
    <message>
        <source>deg</source>
        <translation>Grad</translation>
    </message>
    <message>
        <source>How wide the photo&apos;s lens saw, across the whole photo, 5 to 120; 0 takes what the file says, or else what fits the face.</source>
        <translation>Wie weit das Objektiv über die ganze Breite des Fotos sah, 5 bis 120; 0 nimmt die Angabe der Datei oder, wo sie fehlt, was zum Gesicht passt.</translation>
    </message>
    <message>
        <source>Photo fit</source>
        <translation>Fotoanpassung</translation>
    </message>
    <message>
        <source>Fit to the photo</source>
        <translation>Ans Foto anpassen</translation>
    </message>
    <message>
        <source>After the first head, adjust it until it shows the photo at the photo&apos;s camera. Off keeps the first head as it is.</source>
        <translation>Passt den ersten Kopf an, bis er aus der Kamera des Fotos das Foto zeigt. Aus lässt den ersten Kopf, wie er ist.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>min</source>
        <translation>min</translation>
    </message>
    <message>
        <source>How long the fit may take. Turned into a number of steps before it starts, so that the same head can be made again.</source>
        <translation>Wie lange die Anpassung dauern darf. Wird vor dem Beginn in eine Zahl von Schritten umgerechnet, damit derselbe Kopf wieder entstehen kann.</translation>
    </message>
    <message>
        <source>Steps at most</source>
        <translation>Schritte höchstens</translation>
    </message>
    <message>
        <source>The fit never takes more steps than this, whatever the time allows.</source>
        <translation>Mehr Schritte macht die Anpassung nie, auch wenn die Zeit reicht.</translation>
    </message>
    <message>
        <source>Learning rate, planes</source>
        <translation>Lernrate Ebenen</translation>
    </message>
    <message>
        <source>Step size for the head&apos;s own features. Higher fits faster and rougher.</source>
        <translation>Schrittweite für die Merkmale des Kopfes selbst. Höher passt schneller und gröber an.</translation>
    </message>
    <message>
        <source>Learning rate, decoder</source>
        <translation>Lernrate Decoder</translation>
    </message>
    <message>
        <source>Step size for the network that turns features into colour and density. 0 leaves it alone.</source>
        <translation>Schrittweite für das Netz, das Merkmale in Farbe und Dichte übersetzt. 0 lässt es unverändert.</translation>
    </message>
    <message>
        <source>Learning rate, super-resolution</source>
        <translation>Lernrate Superauflösung</translation>
    </message>
    <message>
        <source>Step size for the network that sharpens the frames. 0 leaves it alone.</source>
        <translation>Schrittweite für das Netz, das die Bilder schärft. 0 lässt es unverändert.</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>Halten</translation>
    </message>
    <message>
        <source>How strongly the sides that the photo does not show are held to the first head. 0 lets them drift.</source>
        <translation>Wie stark die Seiten, die das Foto nicht zeigt, am ersten Kopf festgehalten werden. 0 lässt sie driften.</translation>
    </message>
    <message>
        <source>Held views</source>
        <translation>Gehaltene Ansichten</translation>
    </message>
    <message>
        <source>How many random views are held in each step.</source>
        <translation>Wie viele zufällige Ansichten in jedem Schritt festgehalten werden.</translation>
    </message>
    <message>
        <source>Geometry</source>
        <translation>Geometrie</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Steps of the repair. More of them change the head further.</source>
        <translation>Schritte der Ausbesserung. Mehr davon verändern den Kopf weiter.</translation>
    </message>
    <message>
        <source>Picture size</source>
        <translation>Bildgröße</translation>
    </message>
    <message>
        <source>px</source>
        <translation>px</translation>
    </message>
    <message>
        <source>Width and height of the views that are judged.</source>
        <translation>Breite und Höhe der Ansichten, die beurteilt werden.</translation>
    </message>
    <message>
        <source>Views a step</source>
        <translation>Ansichten je Schritt</translation>
    </message>
    <message>
        <source>Random viewpoints, all round the head and up to 30 degrees above and below, in each step.</source>
        <translation>Zufällige Blickpunkte in jedem Schritt, rund um den Kopf und bis 30 Grad darüber und darunter.</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>How far the diffusion model goes beyond what the photo&apos;s person asks for; 1 is plain.</source>
        <translation>Wie weit das Diffusionsmodell über das hinausgeht, was die Person im Foto verlangt; 1 ist schlicht.</translation>
    </message>
    <message>
        <source>Weight of the diffusion</source>
        <translation>Gewicht der Diffusion</translation>
    </message>
    <message>
        <source>How strongly the diffusion model pulls, beside the photo.</source>
        <translation>Wie stark das Diffusionsmodell neben dem Foto zieht.</translation>
    </message>
    <message>
        <source>Hold to the photo</source>
        <translation>Am Foto halten</translation>
    </message>
    <message>
        <source>Compare with the photo in this stage too. The paper does not: without it the face drifts.</source>
        <translation>Auch in dieser Phase mit dem Foto vergleichen. Das Paper tut es nicht: Ohne dies driftet das Gesicht.</translation>
    </message>
    <message>
        <source>Weight of the photo</source>
        <translation>Gewicht des Fotos</translation>
    </message>
    <message>
        <source>How strongly the head is held to the photo meanwhile.</source>
        <translation>Wie stark der Kopf währenddessen am Foto gehalten wird.</translation>
    </message>
    <message>
        <source>Keep details</source>
        <translation>Details erhalten</translation>
    </message>
    <message>
        <source>Change the head&apos;s features through a network that keeps what they show (5). Off changes them one by one, and details are lost: to compare.</source>
        <translation>Ändert die Merkmale des Kopfes durch ein Netz, das erhält, was sie zeigen (5). Aus ändert sie einzeln, dabei gehen Details verloren: zum Vergleich.</translation>
    </message>
    <message>
        <source>Learning rate, network</source>
        <translation>Lernrate Netz</translation>
    </message>
    <message>
        <source>Step size for the network that changes the head&apos;s features as a whole.</source>
        <translation>Schrittweite für das Netz, das die Merkmale des Kopfes im Ganzen ändert.</translation>
    </message>
    <message>
        <source>Step size for the features themselves, where details are not kept.</source>
        <translation>Schrittweite für die Merkmale selbst, wo Details nicht erhalten werden.</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Detail</translation>
    </message>
    <message>
        <source>After the fit, paint the head&apos;s sides and back with the diffusion model, view by view, and bring it to what was painted.</source>
        <translation>Malt nach der Anpassung Seiten und Rückseite des Kopfes mit dem Diffusionsmodell, Ansicht für Ansicht, und gleicht ihn an das Gemalte an.</translation>
    </message>
    <message>
        <source>Iterations</source>
        <translation>Iterationen</translation>
    </message>
    <message>
        <source>How often every view is painted anew. More is more detailed and takes longer.</source>
        <translation>Wie oft jede Ansicht neu gemalt wird. Mehr wird detailreicher und dauert länger.</translation>
    </message>
    <message>
        <source>Width and height of the pictures that are painted. Half of it takes a quarter of the time.</source>
        <translation>Breite und Höhe der gemalten Bilder. Die Hälfte braucht ein Viertel der Zeit.</translation>
    </message>
    <message>
        <source>Views an iteration</source>
        <translation>Ansichten je Iteration</translation>
    </message>
    <message>
        <source>How many of the viewpoints take their turn in one iteration; all of them in the first.</source>
        <translation>Wie viele der Blickpunkte in einer Iteration an die Reihe kommen; in der ersten alle.</translation>
    </message>
    <message>
        <source>Viewpoints</source>
        <translation>Blickpunkte</translation>
    </message>
    <message>
        <source>Where the head is painted from, in order: each view is told what the nearest one before it shows, the first what the photo shows. A changed one begins anew, with those that it tells. A weight says how much a view counts when the head is brought to what was painted; a view of weight 0 is not painted, and tells others what the head shows there.</source>
        <translation>Von wo der Kopf gemalt wird, der Reihe nach: Jede Ansicht erfährt, was die nächste vor ihr zeigt, die erste, was das Foto zeigt. Eine geänderte beginnt neu, mit denen, die von ihr erfahren. Das Gewicht sagt, wie viel eine Ansicht zählt, wenn der Kopf an das Gemalte angeglichen wird; eine mit Gewicht 0 wird nicht gemalt und sagt anderen, was der Kopf dort zeigt.</translation>
    </message>
    <message>
        <source>Rounds an iteration</source>
        <translation>Runden je Iteration</translation>
    </message>
    <message>
        <source>How often all views are gone through with one painting of them. From the second time on the head is moved after each view, which brings it much nearer to what was painted.</source>
        <translation>Wie oft alle Ansichten mit einer Bemalung durchgegangen werden. Ab dem zweiten Mal wird der Kopf nach jeder Ansicht bewegt; das bringt ihn viel näher an das Gemalte.</translation>
    </message>
    <message>
        <source>Views in between</source>
        <translation>Ansichten dazwischen</translation>
    </message>
    <message>
        <source>Random viewpoints between the fixed ones that are painted in each iteration besides.</source>
        <translation>Zufällige Blickpunkte zwischen den festen, die in jeder Iteration zusätzlich gemalt werden.</translation>
    </message>
    <message>
        <source>Weight of views in between</source>
        <translation>Gewicht der Ansichten dazwischen</translation>
    </message>
    <message>
        <source>How much the random viewpoints count against a fixed one.</source>
        <translation>Wie viel die zufälligen Blickpunkte gegenüber einem festen zählen.</translation>
    </message>
    <message>
        <source>How strongly the head is held to the photo while its sides are painted.</source>
        <translation>Wie stark der Kopf am Foto gehalten wird, während seine Seiten gemalt werden.</translation>
    </message>
    <message>
        <source>Colours kept above</source>
        <translation>Farben behalten ab</translation>
    </message>
    <message>
        <source>What is painted changes details only up to this size, as a share of the picture&apos;s side; colours that are coarser stay as they were when Detail began, or with a locked view as the head has them. 0 paints colours too, as the paper does.</source>
        <translation>Das Gemalte ändert Details nur bis zu dieser Größe, als Anteil der Bildseite; gröbere Farben bleiben, wie sie zu Beginn von „Detail“ waren, oder bei einer festgelegten Ansicht, wie der Kopf sie hat. 0 malt auch Farben, wie im Paper.</translation>
    </message>
    <message>
        <source>Keep outlines</source>
        <translation>Umrisse erhalten</translation>
    </message>
    <message>
        <source>What is painted counts inside the head alone, and outlines stay sharp as they are. Off, it may change them too, as in the paper.</source>
        <translation>Das Gemalte zählt nur innerhalb des Kopfes, Umrisse bleiben scharf, wie sie sind. Aus darf es auch sie ändern, wie im Paper.</translation>
    </message>
    <message>
        <source>Weight of solidity</source>
        <translation>Gewicht der Festigkeit</translation>
    </message>
    <message>
        <source>How strongly the head is kept from becoming translucent, and from growing where outlines are kept, while it is brought to painted views, from the second time they are gone through.</source>
        <translation>Wie stark verhindert wird, dass der Kopf durchscheinend wird, und dass er wächst, wo Umrisse erhalten bleiben, während er an gemalte Ansichten angeglichen wird, ab dem zweiten Durchgang.</translation>
    </message>
    <message>
        <source>Weight of edges</source>
        <translation>Gewicht der Kanten</translation>
    </message>
    <message>
        <source>How much edges count when the head is brought to a painted view, beside colours.</source>
        <translation>Wie viel Kanten neben Farben zählen, wenn der Kopf an eine gemalte Ansicht angeglichen wird.</translation>
    </message>
    <message>
        <source>Optimiser</source>
        <translation>Optimierer</translation>
    </message>
    <message>
        <source>adam scales the step of every number by itself; gradient goes straight down the slope, as the paper writes it.</source>
        <translation>adam bemisst den Schritt jeder Zahl für sich; gradient geht geradewegs bergab, wie das Paper es schreibt.</translation>
    </message>
    <message>
        <source>Step size for the head&apos;s own features.</source>
        <translation>Schrittweite für die Merkmale des Kopfes selbst.</translation>
    </message>
    <message>
        <source>Diffusion</source>
        <translation>Diffusion</translation>
    </message>
    <message>
        <source>Noise at first</source>
        <translation>Rauschen zu Beginn</translation>
    </message>
    <message>
        <source>The timestep, of 1000, that renders are noised to in the first iteration. Higher repaints more of the head.</source>
        <translation>Der Zeitschritt von 1000, bis zu dem Renderings in der ersten Iteration verrauscht werden. Höher malt mehr vom Kopf neu.</translation>
    </message>
    <message>
        <source>Noise at last</source>
        <translation>Rauschen am Ende</translation>
    </message>
    <message>
        <source>The timestep of the last iteration; between them it falls evenly.</source>
        <translation>Der Zeitschritt der letzten Iteration; dazwischen fällt er gleichmäßig.</translation>
    </message>
    <message>
        <source>Denoising steps</source>
        <translation>Entrauschungsschritte</translation>
    </message>
    <message>
        <source>Steps that a fixed view is painted in; 1 takes the model&apos;s first answer.</source>
        <translation>Schritte, in denen eine feste Ansicht gemalt wird; 1 nimmt die erste Antwort des Modells.</translation>
    </message>
    <message>
        <source>Denoising steps in between</source>
        <translation>Entrauschung dazwischen</translation>
    </message>
    <message>
        <source>The same for the random viewpoints between the fixed ones.</source>
        <translation>Dasselbe für die zufälligen Blickpunkte zwischen den festen.</translation>
    </message>
    <message>
        <source>How far the painting goes beyond what the photo&apos;s person asks for: 1 is plain and takes half the time of any other value.</source>
        <translation>Wie weit das Malen über das hinausgeht, was die Person im Foto verlangt: 1 ist schlicht und braucht halb so lange wie jeder andere Wert.</translation>
    </message>
    <message>
        <source>Texture of noise</source>
        <translation>Textur aus Rauschen</translation>
    </message>
    <message>
        <source>Leave a little of the noise in what is painted, where the pack&apos;s decoder has learned to make hair and pores of it. Off leaves none, as the paper has it.</source>
        <translation>Lässt ein wenig Rauschen im Gemalten, wo der Decoder des Modellpakets gelernt hat, daraus Haare und Poren zu machen. Aus lässt keines, wie im Paper.</translation>
    </message>
    <message>
        <source>HPDM</source>
        <translation>HPDM</translation>
    </message>
    <message>
        <source>Reprojection</source>
        <translation>Reprojektion</translation>
    </message>
    <message>
        <source>Tell the diffusion model what the neighbouring view shows, carried into this one (9).</source>
        <translation>Sagt dem Diffusionsmodell, was die Nachbaransicht zeigt, in diese übertragen (9).</translation>
    </message>
    <message>
        <source>Weight of the reprojection</source>
        <translation>Gewicht der Reprojektion</translation>
    </message>
    <message>
        <source>How strictly it keeps to that. 1 is the paper.</source>
        <translation>Wie streng es sich daran hält. 1 ist wie im Paper.</translation>
    </message>
    <message>
        <source>Neighbour&apos;s features</source>
        <translation>Merkmale der Nachbarin</translation>
    </message>
    <message>
        <source>Let it see the neighbouring view itself, its features carried into this one (10).</source>
        <translation>Lässt es die Nachbaransicht selbst sehen, ihre Merkmale in diese übertragen (10).</translation>
    </message>
    <message>
        <source>Weight of the features</source>
        <translation>Gewicht der Merkmale</translation>
    </message>
    <message>
        <source>How much those count. 1 is the paper.</source>
        <translation>Wie viel diese zählen. 1 ist wie im Paper.</translation>
    </message>
    <message>
        <source>Tell it the head&apos;s normals and its coarse colours in this view (11).</source>
        <translation>Sagt ihm die Normalen des Kopfes und seine groben Farben in dieser Ansicht (11).</translation>
    </message>
    <message>
        <source>Weight of the geometry</source>
        <translation>Gewicht der Geometrie</translation>
    </message>
    <message>
        <source>MV-NRS</source>
        <translation>MV-NRS</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>Rauschen</translation>
    </message>
    <message>
        <source>anchor_optimised draws noise near that of the neighbouring views and keeps what makes them agree: the method. anchor draws it and keeps all; random draws afresh each time; fixed never does.</source>
        <translation>anchor_optimised zieht Rauschen nahe dem der Nachbaransichten und behält, was sie übereinstimmen lässt: die Methode. anchor zieht es und behält alles; random zieht jedes Mal neu; fixed nie.</translation>
    </message>
    <message>
        <source>Spread</source>
        <translation>Streuung</translation>
    </message>
    <message>
        <source>How far new noise may be from the anchor: 0 stays there, 1 forgets it (12).</source>
        <translation>Wie weit neues Rauschen vom Anker entfernt sein darf: 0 bleibt dort, 1 vergisst ihn (12).</translation>
    </message>
    <message>
        <source>Rendering</source>
        <translation>Rendern</translation>
    </message>
    <message>
        <source>Coarse samples</source>
        <translation>Grobe Abtastpunkte</translation>
    </message>
    <message>
        <source>Samples on every ray, spread evenly, that find where the head is.</source>
        <translation>Gleichmäßig verteilte Abtastpunkte auf jedem Strahl, die finden, wo der Kopf ist.</translation>
    </message>
    <message>
        <source>Fine samples</source>
        <translation>Feine Abtastpunkte</translation>
    </message>
    <message>
        <source>Further samples on every ray, placed where the coarse ones found the head.</source>
        <translation>Weitere Abtastpunkte auf jedem Strahl, dort, wo die groben den Kopf gefunden haben.</translation>
    </message>
    <message>
        <source>Viewport detail</source>
        <translation>Detail der Ansicht</translation>
    </message>
    <message>
        <source>Samples over the head&apos;s height in the volume that the viewport draws. More is sharper and slower to update.</source>
        <translation>Abtastpunkte über die Höhe des Kopfes im Volumen, das die Ansicht zeichnet. Mehr ist schärfer und wird langsamer erneuert.</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>The one colour behind photo, renders and turntable.</source>
        <translation>Die eine Farbe hinter Foto, Renderings und Turntable.</translation>
    </message>
    <message>
        <source>Mesh</source>
        <translation>Mesh</translation>
    </message>
    <message>
        <source>Mesh resolution</source>
        <translation>Auflösung des Mesh</translation>
    </message>
    <message>
        <source>Samples along each edge of the cube that the surface is taken from.</source>
        <translation>Abtastpunkte entlang jeder Kante des Würfels, aus dem die Oberfläche gewonnen wird.</translation>
    </message>
    <message>
        <source>Surface density</source>
        <translation>Dichte der Oberfläche</translation>
    </message>
    <message>
        <source>The density at which the surface lies. Lower grows the mesh, higher shrinks it.</source>
        <translation>Die Dichte, bei der die Oberfläche liegt. Niedriger lässt das Mesh wachsen, höher schrumpfen.</translation>
    </message>
    <message>
        <source>Turntable</source>
        <translation>Turntable</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Frames of one full turn.</source>
        <translation>Bilder einer ganzen Umdrehung.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Width and height of the turntable&apos;s frames.</source>
        <translation>Breite und Höhe der Turntable-Bilder.</translation>
    </message>
    <message>
        <source>Elevation</source>
        <translation>Höhenwinkel</translation>
    </message>
    <message>
        <source>Height of the turntable&apos;s camera; above 0 looks down on the head.</source>
        <translation>Höhe der Turntable-Kamera; über 0 blickt sie auf den Kopf herab.</translation>
    </message>
    <message>
        <source>draft</source>
        <translation>Entwurf</translation>
    </message>
    <message>
        <source>A head in a few minutes.</source>
        <translation>Ein Kopf in wenigen Minuten.</translation>
    </message>
    <message>
        <source>standard</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>The defaults.</source>
        <translation>Die Vorgaben.</translation>
    </message>
    <message>
        <source>high</source>
        <translation>Hoch</translation>
    </message>
    <message>
        <source>For a machine that is left alone with it.</source>
        <translation>Für einen Rechner, den Sie damit allein lassen.</translation>
    </message>
    <message>
        <source>paper</source>
        <translation>Paper</translation>
    </message>
    <message>
        <source>The method as the paper writes it; slower to take shape.</source>
        <translation>Die Methode, wie das Paper sie schreibt; der Kopf formt sich langsamer.</translation>
    </message>
    <message>
        <source>The head is %1 px high (advised: %2 or more): skin, hair and eyes will be soft. Use a closer or larger photo</source>
        <translation>Der Kopf ist %1 px hoch (besser ab %2): Haut, Haare und Augen werden weich. Nehmen Sie ein näheres oder größeres Foto</translation>
    </message>
    <message>
        <source>The face is blurred: the head will take its softness over. Use a photo that is in focus</source>
        <translation>Das Gesicht ist unscharf: Der Kopf übernimmt das. Nehmen Sie ein scharfes Foto</translation>
    </message>
    <message>
        <source>The head is turned by %1 degrees (advised: at most %2): the far half of the face will be guessed. Use a photo taken more from the front</source>
        <translation>Der Kopf ist um %1 Grad gedreht (empfohlen: höchstens %2): Die abgewandte Gesichtshälfte wird geraten. Nehmen Sie ein Foto mehr von vorn</translation>
    </message>
    <message>
        <source>The head is seen %1 degrees from above: proportions will be less certain. Use a photo taken at eye level</source>
        <translation>Der Kopf ist %1 Grad von oben gesehen: Proportionen werden unsicherer. Nehmen Sie ein Foto auf Augenhöhe</translation>
    </message>
    <message>
        <source>The head is seen %1 degrees from below: proportions will be less certain. Use a photo taken at eye level</source>
        <translation>Der Kopf ist %1 Grad von unten gesehen: Proportionen werden unsicherer. Nehmen Sie ein Foto auf Augenhöhe</translation>
    </message>
    <message>
        <source>The photo&apos;s top border cuts the head off: what lies beyond will be invented. Use a photo with some room round the head</source>
        <translation>Der obere Rand des Fotos schneidet den Kopf an: Was dahinter liegt, wird erfunden. Nehmen Sie ein Foto mit etwas Raum um den Kopf</translation>
    </message>
    <message>
        <source>The photo&apos;s left border cuts the head off: what lies beyond will be invented. Use a photo with some room round the head</source>
        <translation>Der linke Rand des Fotos schneidet den Kopf an: Was dahinter liegt, wird erfunden. Nehmen Sie ein Foto mit etwas Raum um den Kopf</translation>
    </message>
    <message>
        <source>The photo&apos;s right border cuts the head off: what lies beyond will be invented. Use a photo with some room round the head</source>
        <translation>Der rechte Rand des Fotos schneidet den Kopf an: Was dahinter liegt, wird erfunden. Nehmen Sie ein Foto mit etwas Raum um den Kopf</translation>
    </message>
    <message>
        <source>The photo&apos;s bottom border cuts the head off: what lies beyond will be invented. Use a photo with some room round the head</source>
        <translation>Der untere Rand des Fotos schneidet den Kopf an: Was dahinter liegt, wird erfunden. Nehmen Sie ein Foto mit etwas Raum um den Kopf</translation>
    </message>
    <message>
        <source>There are %1 faces; the largest was taken. Choose another in the photo, or by its number, 1 to %1 from left to right (the setting Face)</source>
        <translation>Es sind %1 Gesichter; das größte wurde genommen. Wählen Sie ein anderes im Foto oder mit seiner Nummer, 1 bis %1 von links nach rechts (Einstellung Gesicht)</translation>
    </message>
    <message>
        <source>Eyes, nose and mouth were found with little certainty: the head may come out turned or stretched. Use a photo with even light and nothing in front of the face</source>
        <translation>Augen, Nase und Mund wurden nur unsicher gefunden: Der Kopf kann verdreht oder verzerrt geraten. Nehmen Sie ein Foto mit gleichmäßigem Licht und freiem Gesicht</translation>
    </message>
    <message>
        <source>The landmarks could not be trusted; the head was placed by its eyes alone and taken to look straight ahead. Use a photo with the face clear and from the front</source>
        <translation>Die Landmarken waren nicht verlässlich; der Kopf wurde allein nach den Augen gesetzt und blickt geradeaus. Nehmen Sie ein Foto mit freiem Gesicht von vorn</translation>
    </message>
    <message>
        <source>There is no landmark network; the head was placed by its eyes alone and taken to look straight ahead. Use a pack that has one</source>
        <translation>Es gibt kein Landmarkennetz; der Kopf wurde allein nach den Augen gesetzt und blickt geradeaus. Nehmen Sie ein Modellpaket, das eines hat</translation>
    </message>
    <message>
        <source>First head</source>
        <translation>Erster Kopf</translation>
    </message>
    <message>
        <source>Reading the photo</source>
        <translation>Foto wird gelesen</translation>
    </message>
    <message>
        <source>Opening the project</source>
        <translation>Projekt wird geöffnet</translation>
    </message>
    <message>
        <source>Making the first head anew</source>
        <translation>Erster Kopf entsteht neu</translation>
    </message>
    <message>
        <source>Contact sheet</source>
        <translation>Kontaktbogen</translation>
    </message>
    <message>
        <source>Formation</source>
        <translation>Entstehung</translation>
    </message>
    <message>
        <source>Drop a photo to begin</source>
        <translation>Ziehen Sie ein Foto herein</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>Arbeitet</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>Hält an</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Stopped by an error</source>
        <translation>Durch einen Fehler beendet</translation>
    </message>
    <message>
        <source>Weight of locked views</source>
        <translation>Gewicht festgelegter Ansichten</translation>
    </message>
    <message>
        <source>How much a view counts whose picture the artist has painted and locked, against one that the diffusion model painted.</source>
        <translation>Wie viel eine Ansicht zählt, deren Bild der Künstler gemalt und festgelegt hat, gegen eine, die das Diffusionsmodell gemalt hat.</translation>
    </message>
    <message>
        <source>Steps of locked views</source>
        <translation>Schritte festgelegter Ansichten</translation>
    </message>
    <message>
        <source>How many steps the head takes towards each locked view in a round, from the second on. More bring it nearer to the artist&apos;s picture and take longer.</source>
        <translation>Wie viele Schritte der Kopf ab der zweiten Runde in jeder Runde auf jede festgelegte Ansicht zu macht. Mehr bringen ihn näher an das Bild des Künstlers und dauern länger.</translation>
    </message>
    <message>
        <source>Hold of relief</source>
        <translation>Halt des Reliefs</translation>
    </message>
    <message>
        <source>How strongly the fine relief of what the photo shows is held to the first head&apos;s. A photo does not tell how far away a pixel is: at 0 profiles come out serrated.</source>
        <translation>Wie stark das feine Relief dessen, was das Foto zeigt, an dem des ersten Kopfes festgehalten wird. Ein Foto sagt nicht, wie weit ein Pixel entfernt ist: Bei 0 werden Profile gezackt.</translation>
    </message>
    <message>
        <source>How strongly the fine relief of what the photo shows is held to that of the head that Detail began with. 0 leaves it to the photo alone.</source>
        <translation>Wie stark das feine Relief dessen, was das Foto zeigt, an dem des Kopfes gehalten wird, mit dem Detail begonnen hat. 0 überlässt es dem Foto allein.</translation>
    </message>
    <message>
        <source>Fine colours</source>
        <translation>Feine Farben</translation>
    </message>
    <message>
        <source>How fast the head&apos;s surface takes over strokes of what is painted that are finer than its own features, as hair and pores are, and those of the photo where it shows the surface. Less is smoother. 0 leaves them out, as the paper does.</source>
        <translation>Wie schnell die Oberfläche des Kopfes Striche des Gemalten übernimmt, die feiner sind als ihre eigenen Merkmale, etwa Haare und Poren, und die des Fotos, wo es die Oberfläche zeigt. Weniger ist glatter. 0 lässt sie weg, wie im Paper.</translation>
    </message>
    <message>
        <source>After the fit, let the diffusion model repair the shape of what the photo does not show. Views agree better then, and are a little softer. The compact pack&apos;s first heads have a back already; a prior that knows faces only from the front needs it.</source>
        <translation>Nach der Anpassung das Diffusionsmodell die Form dessen richten lassen, was das Foto nicht zeigt. Ansichten stimmen danach besser überein und sind etwas weicher. Die ersten Köpfe des Pakets „compact“ haben schon einen Hinterkopf; ein Prior, der Gesichter nur von vorn kennt, braucht es.</translation>
    </message>
    <message>
        <source>Triangles</source>
        <translation>Dreiecke</translation>
    </message>
    <message>
        <source>At most so many in an exported mesh, closer together on the face. 0 keeps all of the surface.</source>
        <translation>Höchstens so viele in einem exportierten Netz, im Gesicht dichter. 0 behält die ganze Oberfläche.</translation>
    </message>
    <message>
        <source>Texture</source>
        <translation>Textur</translation>
    </message>
    <message>
        <source>Width and height of an exported mesh&apos;s texture. 0: colours of the vertices alone.</source>
        <translation>Breite und Höhe der Textur eines exportierten Netzes. 0: nur Farben der Eckpunkte.</translation>
    </message>
    <message>
        <source>Texels on the face</source>
        <translation>Texel im Gesicht</translation>
    </message>
    <message>
        <source>x</source>
        <translation>x</translation>
    </message>
    <message>
        <source>How many times closer together the texture&apos;s texels lie on the face than elsewhere.</source>
        <translation>Wievielmal dichter die Texel der Textur im Gesicht liegen als anderswo.</translation>
    </message>
    <message>
        <source>Cut at</source>
        <translation>Abschneiden bei</translation>
    </message>
    <message>
        <source>mm</source>
        <translation>mm</translation>
    </message>
    <message>
        <source>Height at which the bust ends in a flat cut, from the head&apos;s centre: -100 is about the neck, -190 as far as pictures of the head show it, -200 all of it.</source>
        <translation>Höhe, in der die Büste flach abgeschnitten endet, von der Mitte des Kopfes aus: -100 ist etwa der Hals, -190 so weit, wie Bilder des Kopfes ihn zeigen, -200 alles.</translation>
    </message>
    <message>
        <source>Normal map</source>
        <translation>Normal-Map</translation>
    </message>
    <message>
        <source>Keep the relief that an exported mesh loses to fewer triangles beside its texture, as head_normals.png (tangent space, +Y up as in OpenGL). OBJ and USD name it; a GLB, which is shown without light, has it beside it.</source>
        <translation>Behält das Relief, das ein exportiertes Netz durch weniger Dreiecke verliert, neben seiner Textur als head_normals.png (Tangentenraum, +Y nach oben wie in OpenGL). OBJ und USD nennen die Datei; neben einem GLB, das ohne Licht gezeigt wird, liegt sie nur.</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>What the whole program may take. Pictures are painted smaller where it would not do; 0 takes what is free on the machine.</source>
        <translation>Was das ganze Programm belegen darf. Wo es nicht reicht, werden die Bilder kleiner gemalt; 0 nimmt, was auf dem Rechner frei ist.</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>What the painting is to be of, in words, where the pack&apos;s networks read a text instead of the photo.</source>
        <translation>Was gemalt werden soll, in Worten, wo die Netze des Modellpakets statt des Fotos einen Text lesen.</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>Negativer Prompt</translation>
    </message>
    <message>
        <source>What it is to keep away from, where guidance is above 1.</source>
        <translation>Wovon es sich fernhalten soll, wo die Führung über 1 liegt.</translation>
    </message>
    <message>
        <source>Name the view</source>
        <translation>Ansicht nennen</translation>
    </message>
    <message>
        <source>Add the side that is painted to the prompt: front view, side view, back view, view from above.</source>
        <translation>Hängt die Seite, die gemalt wird, an den Prompt an: front view, side view, back view, view from above.</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Of the painting&apos;s networks. half takes half the memory, and less time where the processor multiplies bfloat16; auto takes it for networks of more than 200 million numbers.</source>
        <translation>Der malenden Netze. half braucht die Hälfte des Speichers, und weniger Zeit, wo der Prozessor bfloat16 multipliziert; auto nimmt es für Netze von mehr als 200 Millionen Zahlen.</translation>
    </message>
    <message>
        <source>Ease</source>
        <translation>Sanft an und aus</translation>
    </message>
    <message>
        <source>Start and end the turn slowly instead of turning steadily; a film that loops is better steady.</source>
        <translation>Beginnt und beendet die Drehung langsam, statt gleichmäßig zu drehen; ein Film, der sich wiederholt, dreht besser gleichmäßig.</translation>
    </message>
    <message>
        <source>Behind the head in films that have no alpha; studio is the viewport&apos;s dark grey.</source>
        <translation>Hinter dem Kopf in Filmen ohne Alpha; studio ist das dunkle Grau der Ansicht.</translation>
    </message>
    <message>
        <source>Weight of looks</source>
        <translation>Gewicht des Aussehens</translation>
    </message>
    <message>
        <source>How much it counts that the head looks like a painted view to a network that compares pictures of faces, beside colours and edges. Without such a network in the model pack it does nothing.</source>
        <translation>Wie viel es neben Farben und Kanten zählt, dass der Kopf für ein Netz, das Bilder von Gesichtern vergleicht, wie eine gemalte Ansicht aussieht. Ohne ein solches Netz im Modellpaket bewirkt es nichts.</translation>
    </message>
</context>
<context>
    <name>portrait</name>
    <message>
        <source>just now</source>
        <translation>gerade eben</translation>
    </message>
    <message>
        <source>%1 s ago</source>
        <translation>vor %1 s</translation>
    </message>
    <message>
        <source>%1 min ago</source>
        <translation>vor %1 min</translation>
    </message>
    <message>
        <source>%1 h ago</source>
        <translation>vor %1 h</translation>
    </message>
    <message>
        <source>yesterday</source>
        <translation>gestern</translation>
    </message>
    <message>
        <source>%1 days ago</source>
        <translation>vor %1 Tagen</translation>
    </message>
    <message>
        <source>Known of the head as it is</source>
        <translation>Nur vom Kopf, wie er jetzt ist, bekannt</translation>
    </message>
    <message>
        <source>Known once the head was drawn through the photo&apos;s camera</source>
        <translation>Bekannt, sobald der Kopf durch die Kamera des Fotos gezeichnet wurde</translation>
    </message>
    <message>
        <source>in the photo</source>
        <translation>im Foto</translation>
    </message>
    <message>
        <source>invented</source>
        <translation>erfunden</translation>
    </message>
    <message>
        <source>The mesh is of the head as it is</source>
        <translation>Das Mesh zeigt den Kopf, wie er jetzt ist</translation>
    </message>
    <message>
        <source>The mesh is made when the run pauses</source>
        <translation>Das Mesh entsteht, wenn der Lauf pausiert</translation>
    </message>
    <message>
        <source>The mesh is being made</source>
        <translation>Das Mesh entsteht</translation>
    </message>
    <message>
        <source>There is no surface at this density</source>
        <translation>Bei dieser Dichte gibt es keine Oberfläche</translation>
    </message>
    <message>
        <source>%1 triangles</source>
        <translation>%1 Dreiecke</translation>
    </message>
    <message>
        <source> · of an earlier step</source>
        <translation> · eines früheren Schritts</translation>
    </message>
</context>
<context>
    <name>portrait::AboutDialog</name>
    <message>
        <source>&lt;p&gt;The model pack cannot be read: %1&lt;/p&gt;</source>
        <translation>&lt;p&gt;Das Modellpaket ist nicht lesbar: %1&lt;/p&gt;</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Model pack %1 %2&lt;/h3&gt;</source>
        <translation>&lt;h3&gt;Modellpaket %1 %2&lt;/h3&gt;</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Credits&lt;/h3&gt;</source>
        <translation>&lt;h3&gt;Dank&lt;/h3&gt;</translation>
    </message>
    <message>
        <source>About Portrait Studio</source>
        <translation>Über Portrait Studio</translation>
    </message>
    <message>
        <source>&lt;span style=&apos;font-size:20px; font-weight:600&apos;&gt;Portrait Studio&lt;/span&gt;&lt;br&gt;%1 · Apache License 2.0&lt;br&gt;One photo in, one 3D head out.</source>
        <translation>&lt;span style=&apos;font-size:20px; font-weight:600&apos;&gt;Portrait Studio&lt;/span&gt;&lt;br&gt;%1 · Apache License 2.0&lt;br&gt;Ein Foto hinein, ein 3D-Kopf heraus.</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Built with&lt;/h3&gt;&lt;p&gt;Qt (LGPL-3.0), LibTorch (BSD-3-Clause), OpenCV (Apache-2.0), FFmpeg&apos;s libraries (LGPL-2.1 or GPL-2.0), Eigen (MPL-2.0), GLM (MIT), nlohmann/json (MIT), spdlog (MIT), fmt (MIT)&lt;/p&gt;&lt;p&gt;OpenGL: %1&lt;/p&gt;</source>
        <translation>&lt;h3&gt;Gebaut mit&lt;/h3&gt;&lt;p&gt;Qt (LGPL-3.0), LibTorch (BSD-3-Clause), OpenCV (Apache-2.0), den Bibliotheken von FFmpeg (LGPL-2.1 oder GPL-2.0), Eigen (MPL-2.0), GLM (MIT), nlohmann/json (MIT), spdlog (MIT), fmt (MIT)&lt;/p&gt;&lt;p&gt;OpenGL: %1&lt;/p&gt;</translation>
    </message>
    <message>
        <source>not available</source>
        <translation>nicht verfügbar</translation>
    </message>
</context>
<context>
    <name>portrait::ArtDirection</name>
    <message>
        <source>Picture of %1 exported as %2. Paint on it and save it: it comes back by itself</source>
        <translation>Bild von %1 als %2 gesichert. Malen Sie darauf und sichern Sie es: Es kommt von selbst zurück</translation>
    </message>
    <message>
        <source>Start again, or go back in the formation, and Detail brings the head to it</source>
        <translation>Starten Sie erneut oder gehen Sie in der Entstehung zurück, dann bringt Detail den Kopf dorthin</translation>
    </message>
    <message>
        <source>Detail brings the head to it</source>
        <translation>Detail bringt den Kopf dorthin</translation>
    </message>
    <message>
        <source>%1 is locked to %2. %3</source>
        <translation>%1 ist auf %2 festgelegt. %3</translation>
    </message>
    <message>
        <source>Export the picture of %1</source>
        <translation>Bild von %1 sichern</translation>
    </message>
    <message>
        <source>PNG pictures (*.png)</source>
        <translation>PNG-Bilder (*.png)</translation>
    </message>
    <message>
        <source>Bring back the picture of %1</source>
        <translation>Bild von %1 zurückholen</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.tif *.tiff)</source>
        <translation>Bilder (*.png *.jpg *.jpeg *.webp *.tif *.tiff)</translation>
    </message>
</context>
<context>
    <name>portrait::Banner</name>
    <message>
        <source>Put the message away</source>
        <translation>Meldung schließen</translation>
    </message>
</context>
<context>
    <name>portrait::CheatSheet</name>
    <message>
        <source>or</source>
        <translation>oder</translation>
    </message>
    <message>
        <source>Keys and mouse</source>
        <translation>Tasten und Maus</translation>
    </message>
    <message>
        <source>Esc puts this away</source>
        <translation>Esc schließt dies</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>Maus</translation>
    </message>
    <message>
        <source>Drag</source>
        <translation>Ziehen</translation>
    </message>
    <message>
        <source>Turn the head</source>
        <translation>Kopf drehen</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Umschalt</translation>
    </message>
    <message>
        <source>Move it</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Rad</translation>
    </message>
    <message>
        <source>Nearer, farther</source>
        <translation>Näher, weiter weg</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Back to the front</source>
        <translation>Zurück nach vorn</translation>
    </message>
</context>
<context>
    <name>portrait::CutoutCanvas</name>
    <message>
        <source>The photo&apos;s crop and its cut-out</source>
        <translation>Der Ausschnitt des Fotos und sein Freisteller</translation>
    </message>
</context>
<context>
    <name>portrait::CutoutDialog</name>
    <message>
        <source>Cut-out</source>
        <translation>Freisteller</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Take away</source>
        <translation>Wegnehmen</translation>
    </message>
    <message>
        <source>Paints in what belongs to the head (X)</source>
        <translation>Malt dazu, was zum Kopf gehört (X)</translation>
    </message>
    <message>
        <source>Paints out what does not (X)</source>
        <translation>Nimmt weg, was nicht dazugehört (X)</translation>
    </message>
    <message>
        <source>Radius of the brush, in pixels of the crop ([ and ])</source>
        <translation>Radius des Pinsels in Pixeln des Ausschnitts ([ und ])</translation>
    </message>
    <message>
        <source>How much of the radius the edge fades over, in percent</source>
        <translation>Über wie viel Prozent des Radius der Rand ausläuft</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Soft edge</source>
        <translation>Weicher Rand</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Anzeige</translation>
    </message>
    <message>
        <source>Tint</source>
        <translation>Getönt</translation>
    </message>
    <message>
        <source>Over grey</source>
        <translation>Auf Grau</translation>
    </message>
    <message>
        <source>Matte</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>Tints what is cut away</source>
        <translation>Tönt, was weggeschnitten ist</translation>
    </message>
    <message>
        <source>What the head is made from</source>
        <translation>Woraus der Kopf entsteht</translation>
    </message>
    <message>
        <source>White counts as the head, black does not</source>
        <translation>Weiß zählt als Kopf, Schwarz nicht</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>The whole crop (0)</source>
        <translation>Der ganze Ausschnitt (0)</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <source>Strokes</source>
        <translation>Striche</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Ctrl+Z</source>
        <translation>Strg+Z</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Ctrl+Shift+Z</source>
        <translation>Strg+Umschalt+Z</translation>
    </message>
    <message>
        <source>As it was found</source>
        <translation>Wie gefunden</translation>
    </message>
    <message>
        <source>Back to the cut-out that the network found; can be undone</source>
        <translation>Zurück zum Freisteller, den das Netz gefunden hat; lässt sich rückgängig machen</translation>
    </message>
    <message>
        <source>Right button or Alt: the opposite. Wheel: zoom. Middle button or Space: move.</source>
        <translation>Rechte Taste oder Alt: das Gegenteil. Rad: Zoom. Mittlere Taste oder Leertaste: verschieben.</translation>
    </message>
    <message>
        <source>Make the head anew</source>
        <translation>Kopf neu erstellen</translation>
    </message>
    <message>
        <source>A new first head, of this cut-out</source>
        <translation>Ein neuer erster Kopf aus diesem Freisteller</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Making the head…</source>
        <translation>Kopf entsteht…</translation>
    </message>
    <message>
        <source>The cut-out is empty: nothing is left to make a head of. Paint the head back in, or take the cut-out as it was found.</source>
        <translation>Der Freisteller ist leer: Es bleibt nichts, woraus ein Kopf entstehen kann. Malen Sie den Kopf wieder hinein, oder nehmen Sie den Freisteller, wie er gefunden wurde.</translation>
    </message>
    <message>
        <source>Discard what you painted?</source>
        <translation>Ihre Striche verwerfen?</translation>
    </message>
    <message>
        <source>The head stays as it is; the strokes are lost.</source>
        <translation>Der Kopf bleibt, wie er ist; die Striche gehen verloren.</translation>
    </message>
    <message>
        <source>Go on painting</source>
        <translation>Weitermalen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
</context>
<context>
    <name>portrait::ExportPanel</name>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Mesh · GLB</source>
        <translation>Mesh · GLB</translation>
    </message>
    <message>
        <source>Mesh · PLY</source>
        <translation>Mesh · PLY</translation>
    </message>
    <message>
        <source>Turntable · MP4</source>
        <translation>Turntable · MP4</translation>
    </message>
    <message>
        <source>turntable.mp4, H.264</source>
        <translation>turntable.mp4, H.264</translation>
    </message>
    <message>
        <source>Turntable · PNG</source>
        <translation>Turntable · PNG</translation>
    </message>
    <message>
        <source>Numbered frames with alpha, for compositing</source>
        <translation>Nummerierte Bilder mit Alpha, zum Compositing</translation>
    </message>
    <message>
        <source>Contact sheet</source>
        <translation>Kontaktbogen</translation>
    </message>
    <message>
        <source>contact_sheet.png: the thirteen viewpoints</source>
        <translation>contact_sheet.png: die dreizehn Blickpunkte</translation>
    </message>
    <message>
        <source>Formation · MP4</source>
        <translation>Entstehung · MP4</translation>
    </message>
    <message>
        <source>formation.mp4: how the head formed, once round it</source>
        <translation>formation.mp4: wie der Kopf entstand, einmal um ihn herum</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Export folder</source>
        <translation>Exportordner</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>Exportieren nach</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>Geschrieben</translation>
    </message>
    <message>
        <source>Cancelled; what was written stays</source>
        <translation>Abgebrochen; Geschriebenes bleibt</translation>
    </message>
    <message>
        <source>%L1 triangles</source>
        <translation>%L1 Dreiecke</translation>
    </message>
    <message>
        <source>%1 mm high</source>
        <translation>%1 mm hoch</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>geschlossen</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>texture %1 px</source>
        <translation>Textur %1 px</translation>
    </message>
    <message>
        <source>%1 px of the photo a texel</source>
        <translation>%1 px des Fotos je Texel</translation>
    </message>
    <message>
        <source>finer than the photo: upsampled</source>
        <translation>feiner als das Foto: hochgerechnet</translation>
    </message>
    <message>
        <source>head.glb with its texture; Blender, Unreal, the web</source>
        <translation>head.glb mit Textur; Blender, Unreal, das Web</translation>
    </message>
    <message>
        <source>Mesh · OBJ</source>
        <translation>Netz · OBJ</translation>
    </message>
    <message>
        <source>head.obj, head.mtl and the texture; every 3D program</source>
        <translation>head.obj, head.mtl und die Textur; jedes 3D-Programm</translation>
    </message>
    <message>
        <source>Mesh · USD</source>
        <translation>Netz · USD</translation>
    </message>
    <message>
        <source>head.usda and the texture; Houdini, Omniverse, Maya</source>
        <translation>head.usda und die Textur; Houdini, Omniverse, Maya</translation>
    </message>
    <message>
        <source>head.ply with texture and vertex colours; MeshLab, scripts</source>
        <translation>head.ply mit Textur und Eckpunktfarben; MeshLab, Skripte</translation>
    </message>
    <message>
        <source>Mesh · STL</source>
        <translation>Netz · STL</translation>
    </message>
    <message>
        <source>head.stl, the shape alone; for printing</source>
        <translation>head.stl, nur die Form; zum Drucken</translation>
    </message>
    <message>
        <source>Axes and unit for</source>
        <translation>Achsen und Einheit für</translation>
    </message>
    <message>
        <source>Printing</source>
        <translation>Drucken</translation>
    </message>
    <message>
        <source>Which way is up, and what a number means, in OBJ, PLY and STL. GLB and USD say it themselves.</source>
        <translation>Wo in OBJ, PLY und STL oben ist und was eine Zahl bedeutet. GLB und USD sagen es selbst.</translation>
    </message>
    <message>
        <source>Turntable · WebM</source>
        <translation>Turntable · WebM</translation>
    </message>
    <message>
        <source>turntable.webm, VP9 with alpha; the web, compositing</source>
        <translation>turntable.webm, VP9 mit Alpha; Web, Compositing</translation>
    </message>
    <message>
        <source>Turntable · GIF</source>
        <translation>Turntable · GIF</translation>
    </message>
    <message>
        <source>turntable.gif, in 255 colours; mail and chats</source>
        <translation>turntable.gif, in 255 Farben; E-Mail und Chats</translation>
    </message>
    <message>
        <source>Pictures · PNG</source>
        <translation>Bilder · PNG</translation>
    </message>
    <message>
        <source>The thirteen viewpoints with alpha, their cameras in transforms.json</source>
        <translation>Die dreizehn Blickpunkte mit Alpha, ihre Kameras in transforms.json</translation>
    </message>
    <message>
        <source>Field · safetensors</source>
        <translation>Feld · safetensors</translation>
    </message>
    <message>
        <source>head_field.safetensors: tri-plane, decoder and super-resolution, for research</source>
        <translation>head_field.safetensors: Tri-Plane, Decoder und Superauflösung, für die Forschung</translation>
    </message>
</context>
<context>
    <name>portrait::FileOpener</name>
    <message>
        <source>“%1” was autosaved after its last save</source>
        <translation>„%1“ wurde nach dem letzten Speichern automatisch gesichert</translation>
    </message>
    <message>
        <source>Autosaved %1, saved %2. The project file stays as it is until you save.</source>
        <translation>Automatisch gesichert %1, gespeichert %2. Die Projektdatei bleibt, wie sie ist, bis Sie speichern.</translation>
    </message>
    <message>
        <source>Open the autosave</source>
        <translation>Sicherung öffnen</translation>
    </message>
    <message>
        <source>Open the saved project</source>
        <translation>Gespeichertes Projekt öffnen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Open photo</source>
        <translation>Foto öffnen</translation>
    </message>
    <message>
        <source>Photos (*.jpg *.jpeg *.png *.webp *.tif *.tiff)</source>
        <translation>Fotos (*.jpg *.jpeg *.png *.webp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open project</source>
        <translation>Projekt öffnen</translation>
    </message>
    <message>
        <source>Portrait projects (*.portrait)</source>
        <translation>Portrait-Projekte (*.portrait)</translation>
    </message>
</context>
<context>
    <name>portrait::FormationStrip</name>
    <message>
        <source>Reading the photo</source>
        <translation>Foto wird gelesen</translation>
    </message>
    <message>
        <source>, step %1 of %2</source>
        <translation>, Schritt %1 von %2</translation>
    </message>
    <message>
        <source>, step %1</source>
        <translation>, Schritt %1</translation>
    </message>
    <message>
        <source>Waiting for a photo</source>
        <translation>Wartet auf ein Foto</translation>
    </message>
    <message>
        <source>First head made in %1</source>
        <translation>Erster Kopf in %1</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Paused at %1</source>
        <translation>Angehalten bei %1</translation>
    </message>
    <message>
        <source>Measuring the head</source>
        <translation>Kopf wird vermessen</translation>
    </message>
    <message>
        <source>Finished. %1</source>
        <translation>Fertig. %1</translation>
    </message>
    <message>
        <source>Stopped by an error; the last good head stands</source>
        <translation>Durch einen Fehler beendet; der letzte gute Kopf steht</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Back to now</source>
        <translation>Zum Jetzt</translation>
    </message>
    <message>
        <source>Branches</source>
        <translation>Zweige</translation>
    </message>
    <message>
        <source>Formation</source>
        <translation>Entstehung</translation>
    </message>
    <message>
        <source>Show how the head formed, from its beginning to now</source>
        <translation>Zeigt, wie der Kopf entstand, vom Beginn bis jetzt</translation>
    </message>
    <message>
        <source>Take the optimisation up from there, with the settings of now. What came after stays as a branch of its own</source>
        <translation>Nimmt die Optimierung von dort mit den jetzigen Einstellungen auf. Was danach kam, bleibt als eigener Zweig</translation>
    </message>
    <message>
        <source>Show the head as it is (Escape)</source>
        <translation>Zeigt den Kopf, wie er ist (Esc)</translation>
    </message>
    <message>
        <source>Other ways the head has gone, and the way back to them</source>
        <translation>Andere Wege, die der Kopf genommen hat, und der Weg zurück zu ihnen</translation>
    </message>
    <message>
        <source>%1, step %2 (%3)</source>
        <translation>%1, Schritt %2 (%3)</translation>
    </message>
    <message>
        <source>Stop the film</source>
        <translation>Film anhalten</translation>
    </message>
    <message>
        <source>Go on from here</source>
        <translation>Von hier weiter</translation>
    </message>
    <message>
        <source>Go on from %1, step %2</source>
        <translation>Weiter ab %1, Schritt %2</translation>
    </message>
    <message>
        <source>loss %1</source>
        <translation>Verlust %1</translation>
    </message>
    <message>
        <source>%1 elapsed</source>
        <translation>%1 vergangen</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
</context>
<context>
    <name>portrait::FormationTimeline</name>
    <message>
        <source>Formation of the head over time</source>
        <translation>Entstehung des Kopfes über die Zeit</translation>
    </message>
    <message>
        <source>Drag to go back and forth in the head&apos;s formation; Escape comes back to now</source>
        <translation>Ziehen Sie, um in der Entstehung des Kopfes vor- und zurückzugehen; Esc kehrt zum Jetzt zurück</translation>
    </message>
</context>
<context>
    <name>portrait::GpuCanvas</name>
    <message>
        <source>OpenGL 3.3 is not available here.</source>
        <translation>OpenGL 3.3 ist hier nicht verfügbar.</translation>
    </message>
</context>
<context>
    <name>portrait::GuidancePanel</name>
    <message>
        <source>keep as A</source>
        <translation>als A merken</translation>
    </message>
    <message>
        <source>Hold to see A</source>
        <translation>A zeigen (halten)</translation>
    </message>
    <message>
        <source>Back to A</source>
        <translation>Zurück zu A</translation>
    </message>
    <message>
        <source>Guidance (HPDM)</source>
        <translation>Führung (HPDM)</translation>
    </message>
    <message>
        <source>Keep this picture and these weights, to hold what follows against them</source>
        <translation>Merkt dieses Bild und diese Gewichte, um das Folgende damit zu vergleichen</translation>
    </message>
    <message>
        <source>The kept picture, for as long as the button is held</source>
        <translation>Das gemerkte Bild, solange die Taste gehalten wird</translation>
    </message>
    <message>
        <source>Take the weights of A again</source>
        <translation>Die Gewichte von A wieder nehmen</translation>
    </message>
    <message>
        <source>Mute %1</source>
        <translation>%1 stumm schalten</translation>
    </message>
    <message>
        <source>Mute: leave it out from the next view on</source>
        <translation>Stumm: ab der nächsten Ansicht weglassen</translation>
    </message>
    <message>
        <source>Only %1</source>
        <translation>Nur %1</translation>
    </message>
    <message>
        <source>Solo: this one alone; once more brings the others back</source>
        <translation>Solo: nur dies; noch einmal holt die anderen zurück</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>A: %1</source>
        <translation>A: %1</translation>
    </message>
    <message>
        <source>This model pack has no networks for the stage Detail</source>
        <translation>Dieses Modellpaket hat keine Netze für die Phase Detail</translation>
    </message>
    <message>
        <source>This model pack was trained without it: it would have no effect</source>
        <translation>Dieses Modellpaket wurde ohne dies trainiert: Es hätte keine Wirkung</translation>
    </message>
</context>
<context>
    <name>portrait::LensEditor</name>
    <message>
        <source>As the file says (EXIF)</source>
        <translation>Laut Datei (EXIF)</translation>
    </message>
    <message>
        <source>Found with the head&apos;s pose</source>
        <translation>Mit der Kopfhaltung bestimmt</translation>
    </message>
    <message>
        <source>Assumed: a usual lens</source>
        <translation>Angenommen: ein übliches Objektiv</translation>
    </message>
    <message>
        <source>As you told it</source>
        <translation>Von Ihnen angegeben</translation>
    </message>
    <message>
        <source>%1°</source>
        <translation>%1°</translation>
    </message>
    <message>
        <source>How wide the lens saw, across the whole photo. A wrong one makes the head too flat or too deep. Typing another, or locking this one, solves the pose again and makes the first head anew.</source>
        <translation>Wie weit das Objektiv über die ganze Breite des Fotos sah. Ein falscher Wert macht den Kopf zu flach oder zu tief. Wenn Sie einen anderen eingeben oder diesen festhalten, wird die Haltung neu bestimmt und der erste Kopf neu erstellt.</translation>
    </message>
    <message>
        <source>Field of view in degrees</source>
        <translation>Bildwinkel in Grad</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Fest</translation>
    </message>
    <message>
        <source>Keep this field of view. Unlocked, it is what the file says, or else what fits the face.</source>
        <translation>Diesen Bildwinkel festhalten. Sonst gilt die Angabe der Datei oder, wo sie fehlt, was zum Gesicht passt.</translation>
    </message>
    <message>
        <source>Field of view</source>
        <translation>Bildwinkel</translation>
    </message>
    <message>
        <source>A field of view is a number from %1 to %2 degrees</source>
        <translation>Ein Bildwinkel ist eine Zahl von %1 bis %2 Grad</translation>
    </message>
</context>
<context>
    <name>portrait::LockBar</name>
    <message>
        <source>Export picture…</source>
        <translation>Bild sichern…</translation>
    </message>
    <message>
        <source>Save this viewpoint&apos;s picture as a PNG, to paint on it in any program. Save it there, and it comes back by itself</source>
        <translation>Das Bild dieses Blickpunkts als PNG sichern, um in einem beliebigen Programm darauf zu malen. Sichern Sie es dort, kommt es von selbst zurück</translation>
    </message>
    <message>
        <source>Bring back…</source>
        <translation>Zurückholen…</translation>
    </message>
    <message>
        <source>Make a picture that was painted the target of this viewpoint: the head is brought to all of its colours and outlines. Plain grey is empty; where it is transparent nothing is asked</source>
        <translation>Ein gemaltes Bild zum Ziel dieses Blickpunkts machen: Der Kopf wird zu allen seinen Farben und Umrissen gebracht. Reines Grau ist leer; wo es durchsichtig ist, wird nichts verlangt</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Freigeben</translation>
    </message>
    <message>
        <source>Let the diffusion model paint this view again</source>
        <translation>Diese Ansicht wieder vom Diffusionsmodell malen lassen</translation>
    </message>
    <message>
        <source>Locked to %1</source>
        <translation>Festgelegt auf %1</translation>
    </message>
</context>
<context>
    <name>portrait::LossPlot</name>
    <message>
        <source>Losses over time</source>
        <translation>Verluste über die Zeit</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>Schritt %1</translation>
    </message>
    <message>
        <source>The loss is drawn here while a stage runs</source>
        <translation>Hier wird der Verlust gezeichnet, während eine Phase läuft</translation>
    </message>
</context>
<context>
    <name>portrait::MainWindow</name>
    <message>
        <source>&apos;%1&apos; cannot be removed.</source>
        <translation>„%1“ lässt sich nicht entfernen.</translation>
    </message>
    <message>
        <source>Still saved as %1</source>
        <translation>Standbild gespeichert als %1</translation>
    </message>
    <message>
        <source>A still with alpha is the neural frame: wait until it is drawn for this view.</source>
        <translation>Ein Standbild mit Alpha ist das neuronale Bild: Warten Sie, bis es für diese Ansicht gezeichnet ist.</translation>
    </message>
    <message>
        <source>There is no picture of the head yet.</source>
        <translation>Es gibt noch kein Bild des Kopfes.</translation>
    </message>
    <message>
        <source>Closing…</source>
        <translation>Wird geschlossen…</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Lauf</translation>
    </message>
    <message>
        <source>Start or pause</source>
        <translation>Starten oder anhalten</translation>
    </message>
    <message>
        <source>Start, pause, go on</source>
        <translation>Starten, anhalten, weiter</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>One step</source>
        <translation>Ein Schritt</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Keys and mouse</source>
        <translation>Tasten und Maus</translation>
    </message>
    <message>
        <source>About and licences</source>
        <translation>Über und Lizenzen</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open photo…</source>
        <translation>Foto ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open &amp;project…</source>
        <translation>&amp;Projekt öffnen…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo a setting</source>
        <translation>Einstellung zurücknehmen</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Redo it</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Cut-out…</source>
        <translation>Freisteller…</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>Front</source>
        <translation>Von vorn</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Von hinten</translation>
    </message>
    <message>
        <source>Right side</source>
        <translation>Rechte Seite</translation>
    </message>
    <message>
        <source>Left side</source>
        <translation>Linke Seite</translation>
    </message>
    <message>
        <source>Top</source>
        <translation>Von oben</translation>
    </message>
    <message>
        <source>Below</source>
        <translation>Von unten</translation>
    </message>
    <message>
        <source>Previous viewpoint</source>
        <translation>Voriger Blickpunkt</translation>
    </message>
    <message>
        <source>Next viewpoint</source>
        <translation>Nächster Blickpunkt</translation>
    </message>
    <message>
        <source>Reset the view</source>
        <translation>Ansicht zurücksetzen</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>Neural</source>
        <translation>Neuronal</translation>
    </message>
    <message>
        <source>Normals</source>
        <translation>Normalen</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>Tiefe</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>Photo wipe</source>
        <translation>Fotoblende</translation>
    </message>
    <message>
        <source>Save a still</source>
        <translation>Standbild speichern</translation>
    </message>
    <message>
        <source>Save a still with alpha</source>
        <translation>Standbild mit Alpha speichern</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Erscheinungsbild</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Portrait Studio will be in English when it is started again.</source>
        <translation>Portrait Studio ist nach dem nächsten Start auf Deutsch.</translation>
    </message>
    <message>
        <source> (recovered)</source>
        <translation> (wiederhergestellt)</translation>
    </message>
    <message>
        <source>Portrait Studio</source>
        <translation>Portrait Studio</translation>
    </message>
    <message>
        <source> — Portrait Studio</source>
        <translation> — Portrait Studio</translation>
    </message>
    <message>
        <source>Seen or invented</source>
        <translation>Gesehen oder erfunden</translation>
    </message>
    <message>
        <source>Mesh</source>
        <translation>Mesh</translation>
    </message>
    <message>
        <source>Wireframe</source>
        <translation>Drahtgitter</translation>
    </message>
    <message>
        <source>Photo as onion skin</source>
        <translation>Foto als Zwiebelhaut</translation>
    </message>
    <message>
        <source>Difference to the photo</source>
        <translation>Differenz zum Foto</translation>
    </message>
</context>
<context>
    <name>portrait::NoisePanel</name>
    <message>
        <source>Every view&apos;s agreement is drawn here once Detail runs</source>
        <translation>Hier wird die Übereinstimmung jeder Ansicht gezeichnet, sobald Detail läuft</translation>
    </message>
    <message>
        <source>Noise (MV-NRS)</source>
        <translation>Rauschen (MV-NRS)</translation>
    </message>
    <message>
        <source>Variance σ</source>
        <translation>Varianz σ</translation>
    </message>
    <message>
        <source>How far new noise may be from the view&apos;s anchor: 0 stays there, 1 forgets it. Equation (12); acts from the next view on</source>
        <translation>Wie weit neues Rauschen vom Anker der Ansicht entfernt sein darf: 0 bleibt dort, 1 vergisst ihn. Gleichung (12); wirkt ab der nächsten Ansicht</translation>
    </message>
    <message>
        <source>Variance</source>
        <translation>Varianz</translation>
    </message>
    <message>
        <source>Drawn</source>
        <translation>Ziehung</translation>
    </message>
    <message>
        <source>How noise is drawn from one iteration to the next (Sec. 3.4, Fig. 6). Anchored, optimised is the method; acts when the stage Detail starts</source>
        <translation>Wie Rauschen von einer Iteration zur nächsten gezogen wird (Abschn. 3.4, Abb. 6). „Verankert, optimiert“ ist die Methode; wirkt, wenn die Phase Detail beginnt</translation>
    </message>
    <message>
        <source>How noise is drawn</source>
        <translation>Wie Rauschen gezogen wird</translation>
    </message>
    <message>
        <source>%1 % accepted</source>
        <translation>%1 % angenommen</translation>
    </message>
</context>
<context>
    <name>portrait::NoiseTable</name>
    <message>
        <source>Views of the stage Detail</source>
        <translation>Ansichten der Phase Detail</translation>
    </message>
    <message>
        <source>agreement</source>
        <translation>Einklang</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>Quote</translation>
    </message>
    <message>
        <source>age</source>
        <translation>Alter</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Agreement of the view&apos;s new noise (S_D, blue) and of what it had (S_P, grey) with the neighbour that drives it: the cosine of (16). Where the new one agrees better it is accepted (17). Age: iterations since the anchor changed.</source>
        <translation>Übereinstimmung des neuen Rauschens der Ansicht (S_D, blau) und des bisherigen (S_P, grau) mit der Nachbarin, die sie führt: der Kosinus von (16). Stimmt das neue besser überein, wird es angenommen (17). Alter: Iterationen, seit der Anker wechselte.</translation>
    </message>
    <message>
        <source>Not judged yet</source>
        <translation>Noch nicht beurteilt</translation>
    </message>
    <message>
        <source>S_D %1 · S_P %2 · accepted %3 of %4</source>
        <translation>S_D %1 · S_P %2 · angenommen %3 von %4</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>fest</translation>
    </message>
    <message>
        <source>The artist&apos;s picture: no noise is drawn, nothing is judged</source>
        <translation>Das Bild des Künstlers: Kein Rauschen wird gezogen, nichts beurteilt</translation>
    </message>
</context>
<context>
    <name>portrait::OffscreenRenderer</name>
    <message>
        <source>OpenGL 3.3 is not available here.</source>
        <translation>OpenGL 3.3 ist hier nicht verfügbar.</translation>
    </message>
</context>
<context>
    <name>portrait::PaintedViewPanel</name>
    <message>
        <source>Painted view</source>
        <translation>Gemalte Ansicht</translation>
    </message>
    <message>
        <source>Driven by the photo</source>
        <translation>Vom Foto geführt</translation>
    </message>
    <message>
        <source>Driven by %1</source>
        <translation>Geführt von %1</translation>
    </message>
    <message>
        <source> · S_D %1, S_P %2</source>
        <translation> · S_D %1, S_P %2</translation>
    </message>
    <message>
        <source>Not painted yet</source>
        <translation>Noch nicht gemalt</translation>
    </message>
    <message>
        <source>L_I %1 · gradient %2</source>
        <translation>L_I %1 · Gradient %2</translation>
    </message>
    <message>
        <source>The artist&apos;s: not painted, not judged</source>
        <translation>Vom Künstler: nicht gemalt, nicht beurteilt</translation>
    </message>
    <message>
        <source>Counts from Detail&apos;s next iteration on</source>
        <translation>Zählt ab der nächsten Iteration von Detail</translation>
    </message>
    <message>
        <source>Unlocked: painted in Detail&apos;s next iteration</source>
        <translation>Freigegeben: wird in der nächsten Iteration von Detail gemalt</translation>
    </message>
</context>
<context>
    <name>portrait::PhotoControl</name>
    <message>
        <source>Photo wipe</source>
        <translation>Fotoblende</translation>
    </message>
    <message>
        <source>Onion</source>
        <translation>Zwiebelhaut</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>The photo left of a divider, through the photo&apos;s own camera (G)</source>
        <translation>Das Foto links einer Trennlinie, durch seine eigene Kamera (G)</translation>
    </message>
    <message>
        <source>The photo over the head like tracing paper, through its own camera (Shift+G)</source>
        <translation>Das Foto wie Transparentpapier über dem Kopf, durch seine eigene Kamera (Umschalt+G)</translation>
    </message>
    <message>
        <source>Where the head differs from the photo, channel by channel: black is equal (D)</source>
        <translation>Wo der Kopf vom Foto abweicht, Kanal für Kanal: Schwarz ist gleich (D)</translation>
    </message>
    <message>
        <source>Opacity of the photo</source>
        <translation>Deckkraft des Fotos</translation>
    </message>
    <message>
        <source>How strongly differences are shown</source>
        <translation>Wie stark Differenzen gezeigt werden</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>× %1</source>
        <translation>× %1</translation>
    </message>
</context>
<context>
    <name>portrait::PhotoMap</name>
    <message>
        <source>The photo; the arrow keys go from face to face, Enter takes one</source>
        <translation>Das Foto; die Pfeiltasten gehen von Gesicht zu Gesicht, Eingabe nimmt eines</translation>
    </message>
    <message>
        <source>The photo</source>
        <translation>Das Foto</translation>
    </message>
    <message>
        <source>Click the face to make the head of</source>
        <translation>Klicken Sie auf das Gesicht, dessen Kopf entstehen soll</translation>
    </message>
</context>
<context>
    <name>portrait::PhotoPanel</name>
    <message>
        <source>Seen from the front</source>
        <translation>Von vorn gesehen</translation>
    </message>
    <message>
        <source>Seen from %1° right</source>
        <translation>%1° von rechts gesehen</translation>
    </message>
    <message>
        <source>Seen from %1° left</source>
        <translation>%1° von links gesehen</translation>
    </message>
    <message>
        <source>%1, cut out by hand</source>
        <translation>%1, von Hand freigestellt</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>open…</source>
        <translation>öffnen…</translation>
    </message>
    <message>
        <source>Take another photo</source>
        <translation>Ein anderes Foto nehmen</translation>
    </message>
    <message>
        <source>No photo yet</source>
        <translation>Noch kein Foto</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>Ausschnitt</translation>
    </message>
    <message>
        <source>Cut-out</source>
        <translation>Freisteller</translation>
    </message>
    <message>
        <source>The whole photo, with the frame of the crop and the faces</source>
        <translation>Das ganze Foto mit dem Rahmen des Ausschnitts und den Gesichtern</translation>
    </message>
    <message>
        <source>What the method sees of it</source>
        <translation>Was die Methode davon sieht</translation>
    </message>
    <message>
        <source>Dims what is not taken as the head</source>
        <translation>Dunkelt ab, was nicht zum Kopf gezählt wird</translation>
    </message>
    <message>
        <source>The photo&apos;s crop</source>
        <translation>Der Ausschnitt des Fotos</translation>
    </message>
    <message>
        <source>Edit cut-out…</source>
        <translation>Freistellen…</translation>
    </message>
    <message>
        <source>Paint what counts as the head and what does not</source>
        <translation>Malen Sie, was zum Kopf zählt und was nicht</translation>
    </message>
    <message>
        <source>replace…</source>
        <translation>ersetzen…</translation>
    </message>
    <message>
        <source>%1
%2 × %3 pixels</source>
        <translation>%1
%2 × %3 Pixel</translation>
    </message>
</context>
<context>
    <name>portrait::Placeholder</name>
    <message>
        <source>Open photo…</source>
        <translation>Foto öffnen…</translation>
    </message>
    <message>
        <source>Try the sample</source>
        <translation>Beispiel ansehen</translation>
    </message>
    <message>
        <source>The photo becomes a head that you can turn, tune and take away.
All of it happens on this computer: nothing leaves it.</source>
        <translation>Aus dem Foto wird ein Kopf, den Sie drehen, abstimmen und mitnehmen können.
Alles geschieht auf diesem Rechner: Nichts verlässt ihn.</translation>
    </message>
    <message>
        <source>Drop a portrait here</source>
        <translation>Ziehen Sie ein Porträt hierher</translation>
    </message>
    <message>
        <source>One person, looking at the camera.
JPEG, PNG, WebP or TIFF.</source>
        <translation>Eine Person, die in die Kamera blickt.
JPEG, PNG, WebP oder TIFF.</translation>
    </message>
    <message>
        <source>Making the first head…</source>
        <translation>Der erste Kopf entsteht…</translation>
    </message>
    <message>
        <source>The first head takes a few seconds.</source>
        <translation>Der erste Kopf braucht einige Sekunden.</translation>
    </message>
    <message>
        <source>The head cannot be drawn here</source>
        <translation>Der Kopf kann hier nicht gezeichnet werden</translation>
    </message>
    <message>
        <source>%1

The head is made all the same and can be exported. To draw it, install a graphics driver or Mesa (package libgl1-mesa-dri) and start again.</source>
        <translation>%1

Der Kopf entsteht trotzdem und lässt sich exportieren. Um ihn zu zeichnen, installieren Sie einen Grafiktreiber oder Mesa (Paket libgl1-mesa-dri) und starten Sie neu.</translation>
    </message>
</context>
<context>
    <name>portrait::PromptField</name>
    <message>
        <source>What is to be painted</source>
        <translation>Was gemalt werden soll</translation>
    </message>
    <message>
        <source>Nothing in particular</source>
        <translation>Nichts Bestimmtes</translation>
    </message>
</context>
<context>
    <name>portrait::RecentMenu</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
</context>
<context>
    <name>portrait::RecoveryCard</name>
    <message>
        <source>and %1 more</source>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>Recovered: %1</source>
        <translation>Wiederhergestellt: %1</translation>
    </message>
    <message>
        <source>autosaved %1</source>
        <translation>gesichert %1</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open the recovered head %1</source>
        <translation>Den wiederhergestellten Kopf %1 öffnen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Puts it into the trash</source>
        <translation>Legt es in den Papierkorb</translation>
    </message>
    <message>
        <source>Discard the recovered head %1</source>
        <translation>Den wiederhergestellten Kopf %1 verwerfen</translation>
    </message>
</context>
<context>
    <name>portrait::RingEditor</name>
    <message>
        <source>Earlier</source>
        <translation>Früher</translation>
    </message>
    <message>
        <source>Paint it before the one before it</source>
        <translation>Vor dem vorigen malen</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Später</translation>
    </message>
    <message>
        <source>Paint it after the one after it</source>
        <translation>Nach dem folgenden malen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Take the viewpoint out of the ring</source>
        <translation>Den Blickpunkt aus dem Ring nehmen</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Weight of the viewpoint</source>
        <translation>Gewicht des Blickpunkts</translation>
    </message>
    <message>
        <source>How much the view counts when the head is brought to what was painted. 0 mutes it: it is not painted, and others are told what the head shows there.</source>
        <translation>Wie viel die Ansicht zählt, wenn der Kopf an das Gemalte angeglichen wird. 0 schaltet sie stumm: Sie wird nicht gemalt, und andere erfahren, was der Kopf dort zeigt.</translation>
    </message>
    <message>
        <source>Add this view</source>
        <translation>Diese Ansicht dazu</translation>
    </message>
    <message>
        <source>Add a viewpoint where the viewport looks from</source>
        <translation>Fügt einen Blickpunkt hinzu, von dem aus gerade geblickt wird</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Back to the standard ring</source>
        <translation>Zurück zum Standardring</translation>
    </message>
    <message>
        <source>Acts from the next iteration. A moved view is painted anew, with those that it tells.</source>
        <translation>Wirkt ab der nächsten Iteration. Eine verschobene Ansicht wird neu gemalt, mit denen, die von ihr erfahren.</translation>
    </message>
    <message>
        <source>No bead is chosen</source>
        <translation>Keine Perle gewählt</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
</context>
<context>
    <name>portrait::RingGizmo</name>
    <message>
        <source>Viewpoint ring</source>
        <translation>Ring der Blickpunkte</translation>
    </message>
</context>
<context>
    <name>portrait::SettingsHistory</name>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>preset %1</source>
        <translation>Voreinstellung %1</translation>
    </message>
    <message>
        <source>%1 settings</source>
        <translation>%1 Einstellungen</translation>
    </message>
    <message>
        <source>%1 %2 → %3</source>
        <translation>%1 %2 → %3</translation>
    </message>
</context>
<context>
    <name>portrait::SettingsPanel</name>
    <message>
        <source>Acts from the next step.</source>
        <translation>Wirkt ab dem nächsten Schritt.</translation>
    </message>
    <message>
        <source>Acts when the next stage starts.</source>
        <translation>Wirkt, wenn die nächste Phase beginnt.</translation>
    </message>
    <message>
        <source>Acts in the next run.</source>
        <translation>Wirkt im nächsten Lauf.</translation>
    </message>
    <message>
        <source>on or off</source>
        <translation>an oder aus</translation>
    </message>
    <message>
        <source>a whole number from %1 to %2</source>
        <translation>eine ganze Zahl von %1 bis %2</translation>
    </message>
    <message>
        <source>a number from %1 to %2</source>
        <translation>eine Zahl von %1 bis %2</translation>
    </message>
    <message>
        <source>one of: %1</source>
        <translation>eines von: %1</translation>
    </message>
    <message>
        <source>%1 to %2 viewpoints: azimuth,elevation of each in degrees and, where it is not 1, its weight, with spaces between them</source>
        <translation>%1 bis %2 Blickpunkte: je Azimut,Höhenwinkel in Grad und, wo es nicht 1 ist, das Gewicht, mit Leerzeichen dazwischen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>show all</source>
        <translation>alle zeigen</translation>
    </message>
    <message>
        <source>show fewer</source>
        <translation>weniger zeigen</translation>
    </message>
    <message>
        <source>a line of at most %1 bytes</source>
        <translation>eine Zeile von höchstens %1 Bytes</translation>
    </message>
</context>
<context>
    <name>portrait::StageRow</name>
    <message>
        <source>One pass of the prior: T_init = G_enc(I), equation (3)</source>
        <translation>Ein Durchgang des Priors: T_init = G_enc(I), Gleichung (3)</translation>
    </message>
    <message>
        <source>Adjusts the head to the photo with L_ref alone, held to its first renders from other sides</source>
        <translation>Passt den Kopf allein mit L_ref ans Foto an, von anderen Seiten an seinen ersten Renderings gehalten</translation>
    </message>
    <message>
        <source>Portrait geometry restoration, equations (4) to (6)</source>
        <translation>Wiederherstellung der Porträtgeometrie, Gleichungen (4) bis (6)</translation>
    </message>
    <message>
        <source>Multi-view diffusion refinement, equations (7) to (19)</source>
        <translation>Verfeinerung durch Mehransichtendiffusion, Gleichungen (7) bis (19)</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>übersprungen</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>nicht installiert</translation>
    </message>
</context>
<context>
    <name>portrait::StagesPanel</name>
    <message>
        <source>Stages</source>
        <translation>Phasen</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>One step, then stand still</source>
        <translation>Ein Schritt, dann stillstehen</translation>
    </message>
    <message>
        <source>End the run; the head stays as it is</source>
        <translation>Den Lauf beenden; der Kopf bleibt, wie er ist</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Hält an…</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Stand still after this step (Space)</source>
        <translation>Nach diesem Schritt stillstehen (Leertaste)</translation>
    </message>
    <message>
        <source>Begins anew from the first head; what stands now is replaced</source>
        <translation>Beginnt neu mit dem ersten Kopf; was jetzt steht, wird ersetzt</translation>
    </message>
    <message>
        <source>Fit the head to the photo (Space)</source>
        <translation>Den Kopf ans Foto anpassen (Leertaste)</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Liest…</translation>
    </message>
</context>
<context>
    <name>portrait::StatusLine</name>
    <message>
        <source>Autosave failed: %1</source>
        <translation>Automatisches Sichern gescheitert: %1</translation>
    </message>
    <message>
        <source>Not saved: %1</source>
        <translation>Nicht gespeichert: %1</translation>
    </message>
    <message>
        <source>Autosaved %1</source>
        <translation>Gesichert %1</translation>
    </message>
    <message>
        <source>Not saved yet</source>
        <translation>Noch nicht gespeichert</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>Gespeichert als %1</translation>
    </message>
    <message>
        <source> · 1 thread</source>
        <translation> · 1 Thread</translation>
    </message>
    <message>
        <source> · %1 threads</source>
        <translation> · %1 Threads</translation>
    </message>
    <message>
        <source>%1 s a step</source>
        <translation>%1 s je Schritt</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>Startwert %1</translation>
    </message>
    <message>
        <source>software OpenGL</source>
        <translation>Software-OpenGL</translation>
    </message>
</context>
<context>
    <name>portrait::StillWriter</name>
    <message>
        <source>The folder &apos;%1&apos; cannot be made.</source>
        <translation>Der Ordner „%1“ lässt sich nicht anlegen.</translation>
    </message>
    <message>
        <source>The still cannot be written to &apos;%1&apos;: %2</source>
        <translation>Das Standbild lässt sich nicht nach „%1“ schreiben: %2</translation>
    </message>
</context>
<context>
    <name>portrait::UnsavedGuard</name>
    <message>
        <source>Save the head of “%1” before closing?</source>
        <translation>Den Kopf von „%1“ vor dem Schließen speichern?</translation>
    </message>
    <message>
        <source>Save the head of “%1” before it is replaced?</source>
        <translation>Den Kopf von „%1“ speichern, bevor er ersetzt wird?</translation>
    </message>
    <message>
        <source>Save the head of “%1” before it is begun anew?</source>
        <translation>Den Kopf von „%1“ speichern, bevor er neu begonnen wird?</translation>
    </message>
    <message>
        <source>It was never saved.</source>
        <translation>Er wurde noch nie gespeichert.</translation>
    </message>
    <message>
        <source>It has changed since it was last saved.</source>
        <translation>Er hat sich seit dem letzten Speichern geändert.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Save project</source>
        <translation>Projekt speichern</translation>
    </message>
    <message>
        <source>Portrait projects (*.portrait)</source>
        <translation>Portrait-Projekte (*.portrait)</translation>
    </message>
    <message>
        <source>End the export under way?</source>
        <translation>Den laufenden Export beenden?</translation>
    </message>
    <message>
        <source>The files that are whole stay; the one being written is left out.</source>
        <translation>Fertige Dateien bleiben; die gerade geschriebene entfällt.</translation>
    </message>
    <message>
        <source>Go on exporting</source>
        <translation>Weiter exportieren</translation>
    </message>
    <message>
        <source>End and close</source>
        <translation>Beenden und schließen</translation>
    </message>
</context>
<context>
    <name>portrait::ViewPanel</name>
    <message>
        <source>View</source>
        <translation>Anzeige</translation>
    </message>
    <message>
        <source>Look from here (%1)</source>
        <translation>Von hier blicken (%1)</translation>
    </message>
    <message>
        <source>Likeness to the photo</source>
        <translation>Ähnlichkeit zum Foto</translation>
    </message>
    <message>
        <source>Peak signal-to-noise ratio of the front render against the photo&apos;s crop, inside the matte. Higher is closer.</source>
        <translation>Signal-Rausch-Abstand (PSNR) des Frontrenderings gegen den Ausschnitt des Fotos, innerhalb der Maske. Höher ist näher.</translation>
    </message>
    <message>
        <source>… of a blurred photo</source>
        <translation>… eines unscharfen Fotos</translation>
    </message>
    <message>
        <source>The same for the photo itself blurred by 2 pixels: below this, the head is softer than that.</source>
        <translation>Dasselbe für das um 2 Pixel unscharf gemachte Foto: Darunter ist der Kopf weicher als dieses.</translation>
    </message>
    <message>
        <source>Outline agreement</source>
        <translation>Umrisstreue</translation>
    </message>
    <message>
        <source>Overlap of the head&apos;s outline with the matte (intersection over union). 1 is the same outline.</source>
        <translation>Überdeckung des Kopfumrisses mit der Maske (Intersection over Union). 1 ist derselbe Umriss.</translation>
    </message>
</context>
<context>
    <name>portrait::ViewState</name>
    <message>
        <source>front</source>
        <translation>vorn</translation>
    </message>
    <message>
        <source>back</source>
        <translation>hinten</translation>
    </message>
    <message>
        <source>%1° right</source>
        <translation>%1° rechts</translation>
    </message>
    <message>
        <source>%1° left</source>
        <translation>%1° links</translation>
    </message>
    <message>
        <source>%1° up</source>
        <translation>%1° oben</translation>
    </message>
    <message>
        <source>%1° down</source>
        <translation>%1° unten</translation>
    </message>
    <message>
        <source>the photo&apos;s camera</source>
        <translation>Kamera des Fotos</translation>
    </message>
</context>
<context>
    <name>portrait::ViewpointSphere</name>
    <message>
        <source>%1 · muted</source>
        <translation>%1 · stumm</translation>
    </message>
    <message>
        <source>%1 · weight %2</source>
        <translation>%1 · Gewicht %2</translation>
    </message>
    <message>
        <source>Sphere of viewpoints</source>
        <translation>Kugel der Blickpunkte</translation>
    </message>
    <message>
        <source>&lt;p&gt;Drag a bead to move it, what is beside them to turn the sphere; double-click to add one. The square is the photo&apos;s camera, the ring the viewport&apos;s; lines lead from a view to those that it tells.&lt;/p&gt;&lt;p&gt;Keys: Tab, arrows (with Shift by 1°), + and − for the weight, Page up and down for the order, Insert, Delete.&lt;/p&gt;</source>
        <translation>&lt;p&gt;Ziehen Sie eine Perle, um sie zu verschieben, und daneben, um die Kugel zu drehen; ein Doppelklick fügt eine hinzu. Das Quadrat ist die Kamera des Fotos, der Ring die der Ansicht; Linien führen von einer Ansicht zu denen, die von ihr erfahren.&lt;/p&gt;&lt;p&gt;Tasten: Tab, Pfeile (mit Umschalt um 1°), + und − für das Gewicht, Bild auf und ab für die Reihenfolge, Einfg, Entf.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Look from here</source>
        <translation>Von hier blicken</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>0 (muted)</source>
        <translation>0 (stumm)</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>Früher</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Später</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Add a viewpoint here</source>
        <translation>Hier einen Blickpunkt hinzufügen</translation>
    </message>
    <message>
        <source>Add the viewport&apos;s view</source>
        <translation>Die jetzige Ansicht hinzufügen</translation>
    </message>
    <message>
        <source>Back to the standard ring</source>
        <translation>Zurück zum Standardring</translation>
    </message>
    <message>
        <source>Export picture…</source>
        <translation>Bild sichern…</translation>
    </message>
    <message>
        <source>Bring back…</source>
        <translation>Zurückholen…</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Freigeben</translation>
    </message>
</context>
<context>
    <name>portrait::ViewpointsPanel</name>
    <message>
        <source>Viewpoints</source>
        <translation>Blickpunkte</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>edit</source>
        <translation>ändern</translation>
    </message>
    <message>
        <source>%1 ·</source>
        <translation>%1 ·</translation>
    </message>
    <message>
        <source>Look from here</source>
        <translation>Von hier blicken</translation>
    </message>
    <message>
        <source>Export picture…</source>
        <translation>Bild sichern…</translation>
    </message>
    <message>
        <source>Bring back…</source>
        <translation>Zurückholen…</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Freigeben</translation>
    </message>
</context>
<context>
    <name>portrait::Viewport</name>
    <message>
        <source>Colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>Neural</source>
        <translation>Neuronal</translation>
    </message>
    <message>
        <source>Normals</source>
        <translation>Normalen</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>Tiefe</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source>Only the renderer&apos;s and super-resolution&apos;s own picture (R, psi_SR)</source>
        <translation>Nur das Bild von Renderer und Superauflösung selbst (R, psi_SR)</translation>
    </message>
    <message>
        <source>Surface normals of the volume, in the camera&apos;s axes</source>
        <translation>Oberflächennormalen des Volumens in den Achsen der Kamera</translation>
    </message>
    <message>
        <source>Distance from the camera: near is light</source>
        <translation>Abstand von der Kamera: nah ist hell</translation>
    </message>
    <message>
        <source>How much the head covers</source>
        <translation>Wie viel der Kopf verdeckt</translation>
    </message>
    <message>
        <source>Viewport</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>A, as it was kept</source>
        <translation>A, wie gemerkt</translation>
    </message>
    <message>
        <source> · %1, step %2</source>
        <translation> · %1, Schritt %2</translation>
    </message>
    <message>
        <source> · neural %1</source>
        <translation> · neuronal %1</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Mesh</source>
        <translation>Mesh</translation>
    </message>
    <message>
        <source>Wire</source>
        <translation>Draht</translation>
    </message>
    <message>
        <source>The head as it looks: frames projected onto the volume while you turn, the renderer&apos;s own picture at rest</source>
        <translation>Der Kopf, wie er aussieht: beim Drehen auf das Volumen projizierte Bilder, in Ruhe das Bild des Renderers selbst</translation>
    </message>
    <message>
        <source>What of the surface the photo shows, and what was invented</source>
        <translation>Was das Foto von der Oberfläche zeigt, und was erfunden wurde</translation>
    </message>
    <message>
        <source>The surface as an export would write it, as clay in a studio</source>
        <translation>Die Oberfläche, wie ein Export sie schriebe, als Ton im Studio</translation>
    </message>
    <message>
        <source>The edges of that mesh</source>
        <translation>Die Kanten dieses Meshes</translation>
    </message>
</context>
<context>
    <name>portrait::WipeDivider</name>
    <message>
        <source>Divider between photo and head</source>
        <translation>Teiler zwischen Foto und Kopf</translation>
    </message>
</context>
</TS>
