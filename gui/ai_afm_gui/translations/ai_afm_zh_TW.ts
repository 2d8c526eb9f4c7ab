<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_TW" sourcelanguage="en">
 <context>
    <name>BenchView</name>
    <message>
        <location filename="../review/bench_view.py" line="99" />
        <source>Try again</source>
        <translation>再試一次</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="116" />
        <source>Skip</source>
        <translation>略過</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="117" />
        <source>Unsure</source>
        <translation>不確定</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="118" />
        <source>Reject</source>
        <translation>退回</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="119" />
        <source>Accept, next</source>
        <translation>接受，下一個</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="127" />
        <source>Pick all</source>
        <translation>全部選取</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="128" />
        <source>Pick alike</source>
        <translation>選取同類</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="137" />
        <source>Undo</source>
        <translation>復原</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="138" />
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="139" />
        <source>Next doubt</source>
        <translation>下一個疑點</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="140" />
        <source>Keys</source>
        <translation>按鍵</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="170" />
        <source>Crop {number}</source>
        <translation>圖塊 {number}</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="201" />
        <source>{who}: for comparison</source>
        <translation>{who}：供比較</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="202" />
        <source>Yours</source>
        <translation>您的版本</translation>
    </message>
    <message>
        <location filename="../review/bench_view.py" line="252" />
        <source>Not saved</source>
        <translation>未儲存</translation>
    </message>
</context><context>
    <name>Brake</name>
    <message>
        <location filename="../shell/brake.py" line="38" />
        <source>No run is shown; nothing was withdrawn.</source>
        <translation>目前沒有顯示任何實驗；沒有退針。</translation>
    </message>
    <message>
        <location filename="../shell/brake.py" line="44" />
        <source>STOP + WITHDRAW sent</source>
        <translation>已送出「停止並退針」</translation>
    </message>
    <message>
        <location filename="../shell/brake.py" line="53" />
        <source>Tip withdrawn, bias off ({time}).</source>
        <translation>探針已退開，偏壓已關閉（{time}）。</translation>
    </message>
    <message>
        <location filename="../shell/brake.py" line="56" />
        <source>NOT WITHDRAWN ({time}): {reason}. Use the instrument's own controls.</source>
        <translation>未退針（{time}）：{reason}。請使用儀器本身的控制。</translation>
    </message>
    <message>
        <location filename="../shell/brake.py" line="65" />
        <source>The stop bar of {run} has ended with code {code}. Ctrl+. still withdraws, as long as this window answers.</source>
        <translation>{run} 的停止列已以代碼 {code} 結束。只要本視窗仍有回應，Ctrl+. 依然可以退針。</translation>
    </message>
</context><context>
    <name>ChannelView</name>
    <message>
        <location filename="../live/view.py" line="142" />
        <source>not scanned</source>
        <translation>未掃描</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="188" />
        <source>No image</source>
        <translation>沒有影像</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="207" />
        <source>as recorded</source>
        <translation>原始數據</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="208" />
        <source>plane taken off</source>
        <translation>已扣除平面</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="209" />
        <source>row median taken off</source>
        <translation>已扣除列中位數</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="211" />
        <source>range held</source>
        <translation>範圍已固定</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="213" />
        <source>For display only: what is stored stays as it is</source>
        <translation>僅供顯示：儲存的數據保持不變</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="216" />
        <source>trace</source>
        <translation>去程</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="216" />
        <source>retrace</source>
        <translation>回程</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="244" />
        <source>As recorded</source>
        <translation>原始數據</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="245" />
        <source>Take a plane off</source>
        <translation>扣除平面</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="246" />
        <source>Take the median of each row off</source>
        <translation>扣除每列中位數</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="253" />
        <source>Viridis</source>
        <translation>Viridis</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="254" />
        <source>Cividis</source>
        <translation>Cividis</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="255" />
        <source>Grey</source>
        <translation>灰階</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="256" />
        <source>Cyclic, for angles</source>
        <translation>循環色，用於角度</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="263" />
        <source>Robust range (2 to 98 %)</source>
        <translation>穩健範圍（2 至 98 %）</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="266" />
        <source>Hold this range</source>
        <translation>固定此範圍</translation>
    </message>
    <message>
        <location filename="../live/view.py" line="267" />
        <source>Set the range...</source>
        <translation>設定範圍...</translation>
    </message>
</context><context>
    <name>CurvePanel</name>
    <message>
        <location filename="../teach/curve_panel.py" line="34" />
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../teach/curve_panel.py" line="36" />
        <source>End it; its last checkpoint is kept and can be gone on with</source>
        <translation>結束；保留最後的檢查點，之後可繼續</translation>
    </message>
    <message>
        <location filename="../teach/curve_panel.py" line="39" />
        <source>Also while a run is live</source>
        <translation>實驗進行中也訓練</translation>
    </message>
    <message>
        <location filename="../teach/curve_panel.py" line="41" />
        <source>Without it a training waits as long as a run of this lab is live</source>
        <translation>未勾選時，只要此實驗室有實驗在進行，訓練就會等待</translation>
    </message>
    <message>
        <location filename="../teach/curve_panel.py" line="47" />
        <source>steps</source>
        <translation>步</translation>
    </message>
    <message>
        <location filename="../teach/curve_panel.py" line="48" />
        <source>loss</source>
        <translation>損失</translation>
    </message>
</context><context>
    <name>CutPlot</name>
    <message>
        <location filename="../live/plots.py" line="163" />
        <source>Drag the ends A and B of the cut over the image</source>
        <translation>把剖面線的端點 A 與 B 拖到影像上</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="189" />
        <source>crosses no line</source>
        <translation>沒有穿過任何線條</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="192" />
        <source>crosses: {lines}</source>
        <translation>穿過：{lines}</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="194" />
        <source>and {count} more</source>
        <translation>另有 {count} 個</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="197" />
        <source>apart: {gaps}</source>
        <translation>間距：{gaps}</translation>
    </message>
</context><context>
    <name>DatasetsTable</name>
    <message>
        <location filename="../teach/records_table.py" line="50" />
        <source>Set</source>
        <translation>資料集</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="51" />
        <source>Kind</source>
        <translation>種類</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="52" />
        <source>Crops</source>
        <translation>圖塊</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="53" />
        <source>To validate on</source>
        <translation>用於驗證</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="54" />
        <source>Not in it</source>
        <translation>未納入</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="55" />
        <source>Frozen</source>
        <translation>凍結時間</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="56" />
        <source>Hash</source>
        <translation>雜湊</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="63" />
        <source>training</source>
        <translation>訓練</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="63" />
        <source>golden, to judge by</source>
        <translation>黃金標準，供審核</translation>
    </message>
</context><context>
    <name>DecisionsTable</name>
    <message>
        <location filename="../nights/decisions_table.py" line="87" />
        <source>Time</source>
        <translation>時間</translation>
    </message>
    <message>
        <location filename="../nights/decisions_table.py" line="87" />
        <source>By</source>
        <translation>由</translation>
    </message>
    <message>
        <location filename="../nights/decisions_table.py" line="87" />
        <source>What</source>
        <translation>內容</translation>
    </message>
    <message>
        <location filename="../nights/decisions_table.py" line="87" />
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../nights/decisions_table.py" line="87" />
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../nights/decisions_table.py" line="88" />
        <source>refused by the guard: </source>
        <translation>遭守衛拒絕：</translation>
    </message>
    <message>
        <location filename="../nights/decisions_table.py" line="95" />
        <source>Double-click a decision to travel to its moment</source>
        <translation>按兩下某個決定即可回到當時</translation>
    </message>
</context><context>
    <name>DemoKeeper</name>
    <message>
        <location filename="../shell/demo_keeper.py" line="49" />
        <source>The demo could not be started: {reason}</source>
        <translation>無法啟動示範：{reason}</translation>
    </message>
    <message>
        <location filename="../shell/demo_keeper.py" line="73" />
        <source>The demo has ended before it began: {reason}</source>
        <translation>示範尚未開始就結束了：{reason}</translation>
    </message>
    <message>
        <location filename="../shell/demo_keeper.py" line="82" />
        <source>The demo goes on</source>
        <translation>示範仍在進行</translation>
    </message>
    <message>
        <location filename="../shell/demo_keeper.py" line="83" />
        <source>The demo is a process of its own and still scans.</source>
        <translation>示範是獨立的程序，仍在掃描。</translation>
    </message>
    <message>
        <location filename="../shell/demo_keeper.py" line="84" />
        <source>What shall become of it when the window closes?</source>
        <translation>視窗關閉後要如何處理？</translation>
    </message>
    <message>
        <location filename="../shell/demo_keeper.py" line="85" />
        <source>End the demo</source>
        <translation>結束示範</translation>
    </message>
    <message>
        <location filename="../shell/demo_keeper.py" line="86" />
        <source>Let it run</source>
        <translation>讓它繼續</translation>
    </message>
    <message>
        <location filename="../shell/demo_keeper.py" line="87" />
        <source>Keep the window</source>
        <translation>保留視窗</translation>
    </message>
</context><context>
    <name>DocumentsBar</name>
    <message>
        <location filename="../nights/documents_bar.py" line="36" />
        <source>Report</source>
        <translation>報告</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="38" />
        <source>Paper</source>
        <translation>論文</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="39" />
        <source>Export</source>
        <translation>匯出</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="43" />
        <source>Methods as text</source>
        <translation>方法（文字）</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="44" />
        <source>Sites as CSV</source>
        <translation>位置（CSV）</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="50" />
        <source>Scans for Gwyddion (.gwy)</source>
        <translation>掃描，供 Gwyddion 使用（.gwy）</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="51" />
        <source>Channels for Gwyddion (.gsf)</source>
        <translation>通道，供 Gwyddion 使用（.gsf）</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="52" />
        <source>Scans for numpy (.npz)</source>
        <translation>掃描，供 numpy 使用（.npz）</translation>
    </message>
    <message>
        <location filename="../nights/documents_bar.py" line="74" />
        <source>It is being written ...</source>
        <translation>正在寫入...</translation>
    </message>
</context><context>
    <name>ExchangeMenu</name>
    <message>
        <location filename="../review/exchange_menu.py" line="35" />
        <source>Export corrections</source>
        <translation>匯出修正</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="36" />
        <source>Export what waits in the queue</source>
        <translation>匯出等待中的佇列</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="42" />
        <source>Import corrections...</source>
        <translation>匯入修正...</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="44" />
        <source>Import a folder of corrections...</source>
        <translation>匯入修正資料夾...</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="62" />
        <source>There is no lab yet; choose one first.</source>
        <translation>尚無實驗室；請先選擇。</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="64" />
        <source>The last export is still being written.</source>
        <translation>上一次匯出仍在寫入。</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="69" />
        <source>Folder for the files</source>
        <translation>檔案的資料夾</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="75" />
        <source>Corrections (*.json *.geojson *.png *.tif *.tiff *.zip)</source>
        <translation>修正檔 (*.json *.geojson *.png *.tif *.tiff *.zip)</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="76" />
        <source>Files of corrections</source>
        <translation>修正檔案</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="82" />
        <source>Folder of corrections</source>
        <translation>修正資料夾</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="90" />
        <source>{count} files are in {folder}.</source>
        <translation>{folder} 中有 {count} 個檔案。</translation>
    </message>
    <message>
        <location filename="../review/exchange_menu.py" line="99" />
        <source>{count} corrections are in.</source>
        <translation>已匯入 {count} 筆修正。</translation>
    </message>
</context><context>
    <name>Failures</name>
    <message>
        <location filename="../shell/messages.py" line="28" />
        <source>Read</source>
        <translation>已讀</translation>
    </message>
    <message>
        <location filename="../shell/messages.py" line="29" />
        <source>Take this message away</source>
        <translation>移除此訊息</translation>
    </message>
    <message>
        <location filename="../shell/messages.py" line="72" />
        <source>({count} times)</source>
        <translation>（{count} 次）</translation>
    </message>
    <message>
        <location filename="../shell/messages.py" line="75" />
        <source>{count} more</source>
        <translation>還有 {count} 則</translation>
    </message>
</context><context>
    <name>FiguresTable</name>
    <message>
        <location filename="../nights/tables.py" line="36" />
        <source>Figure</source>
        <translation>圖</translation>
    </message>
    <message>
        <location filename="../nights/tables.py" line="36" />
        <source>Value</source>
        <translation>數值</translation>
    </message>
    <message>
        <location filename="../nights/tables.py" line="36" />
        <source>95 % interval</source>
        <translation>95 % 區間</translation>
    </message>
</context><context>
    <name>GalleryPanel</name>
    <message>
        <location filename="../teach/gallery_panel.py" line="62" />
        <source>recorded</source>
        <translation>已記錄</translation>
    </message>
    <message>
        <location filename="../teach/gallery_panel.py" line="63" />
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <location filename="../teach/gallery_panel.py" line="64" />
        <source>after</source>
        <translation>之後</translation>
    </message>
    <message>
        <location filename="../teach/gallery_panel.py" line="65" />
        <source>person</source>
        <translation>人員</translation>
    </message>
</context><context>
    <name>Header</name>
    <message>
        <location filename="../shell/header.py" line="71" />
        <source>No run is open</source>
        <translation>沒有開啟的實驗</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="72" />
        <source>no run</source>
        <translation>無實驗</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="103" />
        <source>starting</source>
        <translation>啟動中</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="104" />
        <source>live</source>
        <translation>進行中</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="105" />
        <source>no answer</source>
        <translation>無回應</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="106" />
        <source>ended</source>
        <translation>已結束</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="107" />
        <source>no such run</source>
        <translation>無此實驗</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="110" />
        <source>live, paused</source>
        <translation>進行中，已暫停</translation>
    </message>
    <message>
        <location filename="../shell/header.py" line="117" />
        <source>scan {number}: {rows} of {lines} lines</source>
        <translation>掃描 {number}：{rows} / {lines} 線</translation>
    </message>
</context><context>
    <name>HistoryTable</name>
    <message>
        <location filename="../teach/records_table.py" line="86" />
        <source>When</source>
        <translation>時間</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="87" />
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="88" />
        <source>Became</source>
        <translation>變為</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="89" />
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="90" />
        <source>By</source>
        <translation>由</translation>
    </message>
    <message>
        <location filename="../teach/records_table.py" line="91" />
        <source>Report</source>
        <translation>報告</translation>
    </message>
</context><context>
    <name>KeySheet</name>
    <message>
        <location filename="../review/key_sheet.py" line="15" />
        <source>Keys</source>
        <translation>按鍵</translation>
    </message>
    <message>
        <location filename="../review/key_sheet.py" line="22" />
        <source>Wheel: zoom.  Middle button, or Space and drag: move the image.</source>
        <translation>滾輪：縮放。中鍵，或空白鍵加拖曳：移動影像。</translation>
    </message>
</context><context>
    <name>Lamps</name>
    <message>
        <location filename="../client/lamps.py" line="70" />
        <source>Link</source>
        <translation>連線</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="71" />
        <source>Tip</source>
        <translation>探針</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="72" />
        <source>Z range</source>
        <translation>Z 範圍</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="73" />
        <source>Drift</source>
        <translation>漂移</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="74" />
        <source>Disk</source>
        <translation>磁碟</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="75" />
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="76" />
        <source>Queue</source>
        <translation>佇列</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="82" />
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="89" />
        <source>The run has ended: {outcome}</source>
        <translation>實驗已結束：{outcome}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="91" />
        <source>ended</source>
        <translation>已結束</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="93" />
        <source>No process runs this run any more, and it has no end</source>
        <translation>此實驗已沒有程序在執行，且沒有結尾</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="94" />
        <source>broken off</source>
        <translation>中斷</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="96" />
        <source>The run is opening its instrument</source>
        <translation>實驗正在開啟儀器</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="97" />
        <source>starting</source>
        <translation>啟動中</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="99" />
        <source>The run does not answer: {error}</source>
        <translation>實驗沒有回應：{error}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="101" />
        <source>silent</source>
        <translation>無聲</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="104" />
        <source>No line for {time}</source>
        <translation>已 {time} 沒有掃描線</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="105" />
        <source>no lines</source>
        <translation>沒有掃描線</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="106" />
        <source>The run answers</source>
        <translation>實驗有回應</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="107" />
        <source>live</source>
        <translation>進行中</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="113" />
        <source>Nothing tells what the tip does</source>
        <translation>無法得知探針的動作</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="116" />
        <source>Contact is doubted: {advice}</source>
        <translation>接觸可疑：{advice}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="118" />
        <source>no contact</source>
        <translation>未接觸</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="120" />
        <source>After a fault: {message}</source>
        <translation>發生故障之後：{message}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="123" />
        <source>not parked</source>
        <translation>未停妥</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="142" />
        <location filename="../client/lamps.py" line="124" />
        <source>parked</source>
        <translation>已停妥</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="132" />
        <source>The tip measures at a point</source>
        <translation>探針正在定點量測</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="133" />
        <source>probing</source>
        <translation>量測中</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="135" />
        <source>The tip writes: bias is on</source>
        <translation>探針正在寫入：偏壓開啟</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="136" />
        <source>writing</source>
        <translation>寫入中</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="138" />
        <source>A person has withdrawn the tip; it stays so until cleared</source>
        <translation>有人已將探針退開；直到有人解除為止都維持退開</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="139" />
        <source>withdrawn</source>
        <translation>已退針</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="141" />
        <source>The tip is parked, bias and drive are off</source>
        <translation>探針已停妥，偏壓與驅動皆關閉</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="143" />
        <source>The tip is on the sample and scans</source>
        <translation>探針在樣品上掃描</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="144" />
        <source>scanning</source>
        <translation>掃描中</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="150" />
        <source>Doubted: {meaning}</source>
        <translation>可疑：{meaning}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="151" />
        <source>at its limit</source>
        <translation>達到極限</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="154" />
        <source>No detector has looked at it yet</source>
        <translation>尚無偵測器檢查過</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="155" />
        <source>No channel of the last frame was at its limit</source>
        <translation>上一張影像沒有通道達到極限</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="156" />
        <source>inside</source>
        <translation>範圍內</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="162" />
        <source>Not measured yet</source>
        <translation>尚未量測</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="166" />
        <source>The place is not sure; last known drift {speed}</source>
        <translation>位置不確定；最後已知的漂移為 {speed}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="167" />
        <source>lost</source>
        <translation>失去追蹤</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="172" />
        <source>{speed}: {moved} while this frame is scanned</source>
        <translation>{speed}：掃描這張影像期間移動 {moved}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="174" />
        <source>fast</source>
        <translation>快</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="175" />
        <source>{speed}, corrected for</source>
        <translation>{speed}，已校正</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="176" />
        <source>followed</source>
        <translation>已追蹤</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="181" />
        <source>The disk does not tell how much is free</source>
        <translation>磁碟未回報剩餘空間</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="184" />
        <source>Only {free} are free</source>
        <translation>只剩 {free}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="185" />
        <source>full</source>
        <translation>已滿</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="186" />
        <source>{free} are free</source>
        <translation>剩餘 {free}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="188" />
        <source>little</source>
        <translation>不足</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="189" />
        <source>enough</source>
        <translation>足夠</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="195" />
        <source>No model looks in this run</source>
        <translation>此實驗沒有模型在判讀</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="196" />
        <source>none</source>
        <translation>無</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="199" />
        <source>failed</source>
        <translation>失敗</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="201" />
        <source>{model} has not looked yet</source>
        <translation>{model} 尚未判讀</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="202" />
        <source>ready</source>
        <translation>就緒</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="205" />
        <source>This frame is unlike what {model} was trained on</source>
        <translation>這張影像與 {model} 的訓練資料不同</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="206" />
        <source>unsure</source>
        <translation>不確定</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="209" />
        <source>{model} is {lines} lines behind</source>
        <translation>{model} 落後 {lines} 線</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="211" />
        <source>behind</source>
        <translation>落後</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="212" />
        <source>{model}; the last look took {time}</source>
        <translation>{model}；上次判讀花了 {time}</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="214" />
        <source>looks</source>
        <translation>判讀中</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="219" />
        <source>This run has put nothing aside for a person</source>
        <translation>此實驗沒有留下需要人看的內容</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="220" />
        <source>empty</source>
        <translation>空</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="221" />
        <source>{count} frames of this run were put aside for a person</source>
        <translation>此實驗有 {count} 張影像留待人員檢視</translation>
    </message>
    <message>
        <location filename="../client/lamps.py" line="223" />
        <source>to review</source>
        <translation>待審閱</translation>
    </message>
</context><context>
    <name>LampsRow</name>
    <message>
        <location filename="../live/lamps_row.py" line="41" />
        <source>{sentence} (since {time})</source>
        <translation>{sentence}（自 {time} 起）</translation>
    </message>
</context><context>
    <name>Legend</name>
    <message>
        <location filename="../live/legend.py" line="25" />
        <source>Lines</source>
        <translation>線條</translation>
    </message>
    <message>
        <location filename="../live/legend.py" line="26" />
        <source>Uncertainty</source>
        <translation>不確定度</translation>
    </message>
    <message>
        <location filename="../live/legend.py" line="27" />
        <source>Cut</source>
        <translation>剖面</translation>
    </message>
    <message>
        <location filename="../live/legend.py" line="28" />
        <source>Walls and boundaries as the model sees them</source>
        <translation>模型所見的疇壁與晶界</translation>
    </message>
    <message>
        <location filename="../live/legend.py" line="29" />
        <source>The denser the colour, the less sure the model is</source>
        <translation>顏色愈濃，模型愈不確定</translation>
    </message>
    <message>
        <location filename="../live/legend.py" line="30" />
        <source>Values along a straight cut, with the lines that it crosses</source>
        <translation>沿直線剖面的數值，以及它穿過的線條</translation>
    </message>
    <message>
        <location filename="../live/legend.py" line="60" />
        <source>not sure</source>
        <translation>不確定</translation>
    </message>
    <message>
        <location filename="../live/legend.py" line="62" />
        <source>not scanned</source>
        <translation>未掃描</translation>
    </message>
</context><context>
    <name>LimitsDialog</name>
    <message>
        <location filename="../steer/limits_dialog.py" line="36" />
        <source>Limits of this run</source>
        <translation>此實驗的限制</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="38" />
        <source>A live run can only be narrowed. Wider limits need a new run, which a person begins by name; software never widens any.</source>
        <translation>進行中的實驗只能收緊限制。要放寬限制，必須由具名的人員開始新的實驗；軟體絕不自行放寬。</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="51" />
        <source>Narrow</source>
        <translation>收緊</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="54" />
        <source>Close</source>
        <translation>關閉</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="71" />
        <source>At most what it is now</source>
        <translation>不得高於目前值</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="73" />
        <source>now {value:g} {unit}</source>
        <translation>目前 {value:g} {unit}</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="94" />
        <source>Nothing was changed.</source>
        <translation>沒有任何變更。</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="96" />
        <source>Asked; the run answers between two lines.</source>
        <translation>已提出；實驗會在兩條掃描線之間回覆。</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="98" />
        <source>Take control first; until then this window only watches.</source>
        <translation>請先取得控制權；在此之前本視窗只能觀看。</translation>
    </message>
    <message>
        <location filename="../steer/limits_dialog.py" line="104" />
        <source>Refused: {why}</source>
        <translation>遭拒：{why}</translation>
    </message>
</context><context>
    <name>Lines</name>
    <message>
        <location filename="../live/overlay.py" line="67" />
        <source>wall</source>
        <translation>疇壁</translation>
    </message>
    <message>
        <location filename="../live/overlay.py" line="68" />
        <source>180 deg wall</source>
        <translation>180 度疇壁</translation>
    </message>
    <message>
        <location filename="../live/overlay.py" line="69" />
        <source>ferroelastic</source>
        <translation>鐵彈疇壁</translation>
    </message>
    <message>
        <location filename="../live/overlay.py" line="70" />
        <source>grain boundary</source>
        <translation>晶界</translation>
    </message>
    <message>
        <location filename="../live/overlay.py" line="71" />
        <source>topography edge</source>
        <translation>形貌邊緣</translation>
    </message>
</context><context>
    <name>Live</name>
    <message>
        <location filename="../live/presenter.py" line="32" />
        <source>Nothing is scanned yet</source>
        <translation>尚未掃描任何內容</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="43" />
        <source>Scan {number}</source>
        <translation>掃描 {number}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="44" />
        <source>Path {number}</source>
        <translation>路徑 {number}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="45" />
        <source>Map {number}</source>
        <translation>拼圖 {number}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="53" />
        <source>each row is a sweep</source>
        <translation>每一列是一條掃描</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="55" />
        <source>downwards</source>
        <translation>向下</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="57" />
        <source>upwards</source>
        <translation>向上</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="74" />
        <source>line {rows} of {lines}</source>
        <translation>第 {rows} / {lines} 線</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="76" />
        <source>{time} left</source>
        <translation>剩餘 {time}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="78" />
        <source>run: {outcome}</source>
        <translation>實驗：{outcome}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="82" />
        <source>run: broken off</source>
        <translation>實驗：中斷</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="91" />
        <source>At most: the run's budget of {time} instrument time, less what was spent. It may be done long before.</source>
        <translation>至多：實驗的儀器時間預算 {time} 減去已用時間，可能早得多就結束。</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="100" />
        <source>All frames of the plan that are left, by the cost model</source>
        <translation>計畫中剩餘的所有影像，依成本模型估算</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="101" />
        <source>About: what the policy predicted after its first look, less what was spent since; the range is its own, meant to hold nine times in ten</source>
        <translation>約略：策略在首次瀏覽後的預測減去此後已用的時間；範圍由策略自己給出，預期十次有九次成立</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="115" />
        <source>run: about {time} left, until {clock}</source>
        <translation>實驗：約剩 {time}，至 {clock}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="117" />
        <source>area: about {time} left, until {clock}</source>
        <translation>區域：約剩 {time}，至 {clock}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="120" />
        <source>run: about {time} of instrument time left</source>
        <translation>實驗：約剩 {time} 儀器時間</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="122" />
        <source>area: about {time} of instrument time left</source>
        <translation>區域：約剩 {time} 儀器時間</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="134" />
        <source>run: at most {time} of instrument time left</source>
        <translation>實驗：最多剩 {time} 儀器時間</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="137" />
        <source>run: at most {time} left, until {clock}</source>
        <translation>實驗：最多剩 {time}，至 {clock}</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="182" />
        <source>{time} of instrument time</source>
        <translation>{time} 儀器時間</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="202" />
        <source>settled</source>
        <translation>已確定</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="206" />
        <source>tip</source>
        <translation>探針</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="235" />
        <location filename="../live/presenter.py" line="234" />
        <source>Why here</source>
        <translation>為何在此</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="234" />
        <source>Nothing is decided yet.</source>
        <translation>尚未做出決定。</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="237" />
        <source>Refused by the guard</source>
        <translation>遭守衛拒絕</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="239" />
        <source>Proposed, waits for approval</source>
        <translation>已提議，等待核准</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="242" />
        <source>score</source>
        <translation>分數</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="248" />
        <source>time against the full raster</source>
        <translation>相對於全區掃描的時間</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="249" />
        <source>decided by</source>
        <translation>決定者</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="251" />
        <source>pixel</source>
        <translation>像素</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="253" />
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="254" />
        <source>at</source>
        <translation>位於</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="264" />
        <source>weight of its kind</source>
        <translation>該類別的權重</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="265" />
        <source>certainty and form</source>
        <translation>確定度與形狀</translation>
    </message>
    <message>
        <location filename="../live/presenter.py" line="266" />
        <source>best of</source>
        <translation>最佳，候選數</translation>
    </message>
</context><context>
    <name>LivePage</name>
    <message>
        <location filename="../live/page.py" line="254" />
        <location filename="../live/page.py" line="83" />
        <source>Follow the run</source>
        <translation>跟隨實驗</translation>
    </message>
    <message>
        <location filename="../live/page.py" line="250" />
        <source>Lines</source>
        <translation>線條</translation>
    </message>
    <message>
        <location filename="../live/page.py" line="251" />
        <source>Uncertainty</source>
        <translation>不確定度</translation>
    </message>
    <message>
        <location filename="../live/page.py" line="252" />
        <source>Cut</source>
        <translation>剖面</translation>
    </message>
    <message>
        <location filename="../live/page.py" line="253" />
        <source>Whole frame</source>
        <translation>整張影像</translation>
    </message>
</context><context>
    <name>Log</name>
    <message>
        <location filename="../client/saying.py" line="82" />
        <source>{instrument}, model {model}, controller {controller}, {authority}</source>
        <translation>{instrument}，模型 {model}，控制器 {controller}，{authority}</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="89" />
        <source>run begins</source>
        <translation>實驗開始</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="95" />
        <source>run ends</source>
        <translation>實驗結束</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="99" />
        <source>decided</source>
        <translation>已決定</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="103" />
        <source>refused</source>
        <translation>遭拒絕</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="110" />
        <source>{what} of {target}</source>
        <translation>{target} 的{what}</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="111" />
        <source>begins</source>
        <translation>開始</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="115" />
        <source>probes</source>
        <translation>量測</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="119" />
        <source>writes</source>
        <translation>寫入</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="123" />
        <source>ends early</source>
        <translation>提早結束</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="130" />
        <source>{name} broke off</source>
        <translation>{name} 中斷</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="131" />
        <source>lost</source>
        <translation>失去追蹤</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="133" />
        <source>{name} in {time} s</source>
        <translation>{name}，{time} s 內</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="145" />
        <location filename="../client/saying.py" line="137" />
        <location filename="../client/saying.py" line="134" />
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="136" />
        <source>{name} is drawn and looked at</source>
        <translation>已畫出並判讀 {name}</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="138" />
        <source>{name} is not complete: {lines} lines in {time} s</source>
        <translation>{name} 未完成：{time} s 內 {lines} 線</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="140" />
        <source>{name} is complete: {lines} lines in {time} s</source>
        <translation>{name} 已完成：{time} s 內 {lines} 線</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="143" />
        <source>unlike what the model was trained on</source>
        <translation>與模型的訓練資料不同</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="144" />
        <source>unlike</source>
        <translation>與訓練資料不同</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="151" />
        <source>fault</source>
        <translation>故障</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="155" />
        <source>raster instead</source>
        <translation>改用全區掃描</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="163" />
        <source>doubt</source>
        <translation>疑慮</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="167" />
        <source>{name}: nothing wrong any more</source>
        <translation>{name}：已恢復正常</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="168" />
        <source>all well</source>
        <translation>一切正常</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="172" />
        <source>for review</source>
        <translation>待審閱</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="178" />
        <source>person</source>
        <translation>人員</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="182" />
        <source>{name} is next</source>
        <translation>接下來是 {name}</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="183" />
        <source>wish</source>
        <translation>要求</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="188" />
        <source>{model} looks instead of {before}</source>
        <translation>由 {model} 取代 {before} 判讀</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="190" />
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="194" />
        <source>model refused</source>
        <translation>模型遭拒</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="199" />
        <source>{name} broke off after {rows} rows</source>
        <translation>{name} 在 {rows} 列後中斷</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="201" />
        <source>recovered</source>
        <translation>已修復</translation>
    </message>
</context><context>
    <name>LogPanel</name>
    <message>
        <location filename="../live/log_panel.py" line="100" />
        <source>Filter: a word, such as probe</source>
        <translation>篩選：輸入詞語，例如 probe</translation>
    </message>
    <message>
        <location filename="../live/log_panel.py" line="102" />
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <location filename="../live/log_panel.py" line="103" />
        <source>Warnings</source>
        <translation>警告</translation>
    </message>
    <message>
        <location filename="../live/log_panel.py" line="104" />
        <source>Faults</source>
        <translation>故障</translation>
    </message>
    <message>
        <location filename="../live/log_panel.py" line="141" />
        <source>A double click shows the frame that a line is about</source>
        <translation>按兩下可顯示該筆記錄所指的影像</translation>
    </message>
    <message>
        <location filename="../live/log_panel.py" line="167" />
        <source>{count} lines</source>
        <translation>{count} 筆</translation>
    </message>
</context><context>
    <name>LoopPlot</name>
    <message>
        <location filename="../nights/loop_plot.py" line="47" />
        <source>bias (V)</source>
        <translation>偏壓 (V)</translation>
    </message>
    <message>
        <location filename="../nights/loop_plot.py" line="48" />
        <source>response off field ({unit})</source>
        <translation>零場響應 ({unit})</translation>
    </message>
    <message>
        <location filename="../nights/loop_plot.py" line="55" />
        <source>time (s)</source>
        <translation>時間 (s)</translation>
    </message>
    <message>
        <location filename="../nights/loop_plot.py" line="56" />
        <source>response ({unit})</source>
        <translation>響應 ({unit})</translation>
    </message>
</context><context>
    <name>Map</name>
    <message>
        <location filename="../steer/legend.py" line="19" />
        <source>scanner range</source>
        <translation>掃描器範圍</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="20" />
        <source>limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="21" />
        <source>image only</source>
        <translation>僅限成像</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="22" />
        <source>bias allowed</source>
        <translation>允許偏壓</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="23" />
        <source>sacrificial</source>
        <translation>可犧牲</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="24" />
        <source>forbidden</source>
        <translation>禁止</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="25" />
        <source>scanned</source>
        <translation>已掃描</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="26" />
        <source>under way</source>
        <translation>進行中</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="27" />
        <source>planned</source>
        <translation>已規劃</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="28" />
        <source>wished</source>
        <translation>已要求</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="29" />
        <source>refused</source>
        <translation>遭拒絕</translation>
    </message>
    <message>
        <location filename="../steer/legend.py" line="30" />
        <source>probe</source>
        <translation>量測點</translation>
    </message>
</context><context>
    <name>MapCanvas</name>
    <message>
        <location filename="../steer/canvas.py" line="235" />
        <source>drift {speed:.2g} nm/min</source>
        <translation>漂移 {speed:.2g} nm/min</translation>
    </message>
</context><context>
    <name>MapSide</name>
    <message>
        <location filename="../steer/setup/map_side.py" line="28" />
        <source>Whole range</source>
        <translation>全部範圍</translation>
    </message>
    <message>
        <location filename="../steer/setup/map_side.py" line="30" />
        <source>Plan</source>
        <translation>規劃</translation>
    </message>
    <message>
        <location filename="../steer/setup/map_side.py" line="31" />
        <source>Show what is planned and painted as large as it goes</source>
        <translation>以最大的比例顯示已規劃與已塗畫的區域</translation>
    </message>
</context><context>
    <name>MapView</name>
    <message>
        <location filename="../steer/map_view.py" line="62" />
        <source>Draw a region</source>
        <translation>畫出區域</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="65" />
        <source>Draw a rectangle on the map (Shift: square) and ask the run to scan it</source>
        <translation>在地圖上畫一個矩形（Shift：正方形），請實驗掃描它</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="69" />
        <source>Range</source>
        <translation>範圍</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="70" />
        <source>Show all that the scanner can reach</source>
        <translation>顯示掃描器能到達的全部範圍</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="73" />
        <source>Run</source>
        <translation>實驗</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="74" />
        <source>Show all that was and will be scanned, and follow it</source>
        <translation>顯示所有已掃描與將掃描的區域，並跟隨</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="89" />
        <source>Ask for it</source>
        <translation>提出要求</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="92" />
        <source>Forbid it</source>
        <translation>設為禁止</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="94" />
        <source>Stay in it</source>
        <translation>限於此處</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="96" />
        <source>Discard</source>
        <translation>捨棄</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="167" />
        <source>The guard would refuse: {why}</source>
        <translation>守衛會拒絕：{why}</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="180" />
        <source>This run is over: nothing can be asked of it.</source>
        <translation>此實驗已結束：無法再提出要求。</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="182" />
        <source>Take control first; until then this window only watches.</source>
        <translation>請先取得控制權；在此之前本視窗只能觀看。</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="185" />
        <source>Nothing touches it from the next move on</source>
        <translation>從下一步起不再碰觸此處</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="186" />
        <source>Nothing leaves it from the next move on</source>
        <translation>從下一步起不再離開此處</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="189" />
        <source>{what}; this run cannot take it back</source>
        <translation>{what}；此實驗無法收回</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="200" />
        <source>Asked; the run answers between two lines.</source>
        <translation>已提出；實驗會在兩條掃描線之間回覆。</translation>
    </message>
    <message>
        <location filename="../steer/map_view.py" line="210" />
        <source>Refused: {why}</source>
        <translation>遭拒：{why}</translation>
    </message>
</context><context>
    <name>Menus</name>
    <message>
        <location filename="../shell/menus.py" line="37" />
        <source>&amp;File</source>
        <translation>檔案(&amp;F)</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="38" />
        <source>&amp;Run</source>
        <translation>實驗(&amp;R)</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="39" />
        <source>&amp;View</source>
        <translation>檢視(&amp;V)</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="40" />
        <source>&amp;Page</source>
        <translation>頁面(&amp;P)</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="41" />
        <source>&amp;Help</source>
        <translation>說明(&amp;H)</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="59" />
        <source>Open the demo</source>
        <translation>開啟示範</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="60" />
        <source>New run...</source>
        <translation>新的實驗...</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="63" />
        <source>Open a run...</source>
        <translation>開啟實驗...</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="64" />
        <source>Recent runs</source>
        <translation>最近的實驗</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="67" />
        <source>Open a lab...</source>
        <translation>開啟實驗室...</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="69" />
        <source>Quit</source>
        <translation>結束程式</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="73" />
        <source>Open the stop bar</source>
        <translation>開啟停止列</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="75" />
        <source>STOP + WITHDRAW</source>
        <translation>停止並退針</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="83" />
        <source>Dark theme</source>
        <translation>深色主題</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="120" />
        <location filename="../shell/menus.py" line="86" />
        <source>Language</source>
        <translation>語言</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="95" />
        <source>Full screen</source>
        <translation>全螢幕</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="99" />
        <source>Where is the log?</source>
        <translation>記錄檔在哪裡？</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="112" />
        <location filename="../shell/menus.py" line="100" />
        <source>About ai-afm</source>
        <translation>關於 ai-afm</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="103" />
        <source>What the window did, and what went wrong, is written to
{file}</source>
        <translation>視窗做過的事與發生的錯誤都寫入
{file}</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="104" />
        <source>Log</source>
        <translation>記錄檔</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="107" />
        <source>ai-afm {version}: the brain that an atomic force microscope lacks.

The window is free software under the GNU General Public License, version 3 or later; all else is under the BSD 3-Clause License.</source>
        <translation>ai-afm {version}：原子力顯微鏡所缺少的大腦。

本視窗是自由軟體，採用 GNU 通用公共授權條款第 3 版或更新版本；其餘部分採用 BSD 3-Clause 授權條款。</translation>
    </message>
    <message>
        <location filename="../shell/menus.py" line="116" />
        <source>The window speaks {language} from its next start.</source>
        <translation>視窗下次啟動時將使用{language}。</translation>
    </message>
</context><context>
    <name>ModelsPanel</name>
    <message>
        <location filename="../teach/models_panel.py" line="44" />
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="47" />
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="47" />
        <source>State</source>
        <translation>狀態</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="47" />
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="57" />
        <source>Why, in words; it is kept with the change</source>
        <translation>原因，請用文字說明；會與變更一起保存</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="60" />
        <source>Why? Choose or type a reason</source>
        <translation>為什麼？請選擇或輸入原因</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="63" />
        <source>better on our own material</source>
        <translation>在我們自己的材料上較好</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="64" />
        <source>finds nothing on this sample</source>
        <translation>在此樣品上找不到任何東西</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="65" />
        <source>draws lines where there are none</source>
        <translation>在沒有疇壁之處畫出線條</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="66" />
        <source>names walls wrongly</source>
        <translation>疇壁的類別判斷錯誤</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="71" />
        <source>In live runs, too</source>
        <translation>也用於進行中的實驗</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="72" />
        <source>Without it a promoted model is used from the next run on</source>
        <translation>未勾選時，升級的模型從下一次實驗起使用</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="75" />
        <source>Roll back</source>
        <translation>回復</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="130" />
        <source>broken</source>
        <translation>損壞</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="130" />
        <source>ships</source>
        <translation>隨附</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="135" />
        <source>measured by the gate on the lab's simulated golden crops</source>
        <translation>由審核以實驗室的模擬黃金標準圖塊量得</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="136" />
        <source>as its card tells; not comparable with other models</source>
        <translation>依模型卡所載；不能與其他模型比較</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="139" />
        <source>F1 of any line at 2 px, </source>
        <translation>任意線條在 2 px 內的 F1，</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="177" />
        <source>Back to {model}</source>
        <translation>回復為 {model}</translation>
    </message>
    <message>
        <location filename="../teach/models_panel.py" line="180" />
        <source>A change needs a reason.</source>
        <translation>變更需要原因。</translation>
    </message>
</context><context>
    <name>MoreAuthority</name>
    <message>
        <location filename="../steer/panel_parts.py" line="102" />
        <source>Type your name</source>
        <translation>請輸入您的姓名</translation>
    </message>
    <message>
        <location filename="../steer/panel_parts.py" line="103" />
        <source>Allow it</source>
        <translation>允許</translation>
    </message>
    <message>
        <location filename="../steer/panel_parts.py" line="103" />
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../steer/panel_parts.py" line="117" />
        <source>{wanted}: {meaning} That is more than {now}; a person answers for it.</source>
        <translation>{wanted}：{meaning}這比「{now}」更寬；須由人員負責。</translation>
    </message>
</context><context>
    <name>MorningPanel</name>
    <message>
        <location filename="../nights/morning_panel.py" line="60" />
        <source>Accept (A)</source>
        <translation>接受 (A)</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="61" />
        <source>Reject (J)</source>
        <translation>退回 (J)</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="62" />
        <source>Take back</source>
        <translation>收回</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="63" />
        <source>Correct this place</source>
        <translation>修正此處</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="64" />
        <source>Put the crop around this place into the review queue</source>
        <translation>把此處周圍的圖塊放入審閱佇列</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="130" />
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="132" />
        <source>after</source>
        <translation>之後</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="134" />
        <source>No probe was made in this run.</source>
        <translation>此實驗沒有進行量測。</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="178" />
        <source>accepted</source>
        <translation>已接受</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="179" />
        <source>rejected</source>
        <translation>已退回</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="180" />
        <source>broke off</source>
        <translation>中斷</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="190" />
        <source>{when}: no image shows this place</source>
        <translation>{when}：沒有影像顯示此處</translation>
    </message>
    <message>
        <location filename="../nights/morning_panel.py" line="191" />
        <source>{when}: scan {n}</source>
        <translation>{when}：掃描 {n}</translation>
    </message>
</context><context>
    <name>Named</name>
    <message>
        <location filename="../client/named.py" line="21" />
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="22" />
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="23" />
        <source>budget</source>
        <translation>預算用盡</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="24" />
        <source>fault</source>
        <translation>故障</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="25" />
        <source>refused</source>
        <translation>遭拒絕</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="26" />
        <source>interrupted</source>
        <translation>中斷</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="27" />
        <source>safety stop</source>
        <translation>安全停止</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="28" />
        <source>live</source>
        <translation>進行中</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="29" />
        <source>broken off</source>
        <translation>中斷</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="42" />
        <source>the junction of walls</source>
        <translation>疇壁的交會點</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="43" />
        <source>the point where a wall meets a grain boundary</source>
        <translation>疇壁與晶界相遇之處</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="46" />
        <source>the free end of a wall (a needle tip, unless the wall goes on unseen)</source>
        <translation>疇壁的自由端（針狀疇尖端，除非疇壁繼續延伸而未被看見）</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="49" />
        <source>the straightest stretch of a long wall</source>
        <translation>長疇壁中最直的一段</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="50" />
        <source>the junction of grain boundaries</source>
        <translation>晶界的交會點</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="51" />
        <source>a spot where the model is not sure</source>
        <translation>模型不確定之處</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="52" />
        <source>a strong bend of a wall</source>
        <translation>疇壁的急彎</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="53" />
        <source>a stretch of wall across the polar axis (charged, if the axis is right)</source>
        <translation>橫跨極軸的一段疇壁（若極軸正確則帶電）</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="56" />
        <source>a wall in a rare direction</source>
        <translation>方向罕見的疇壁</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="57" />
        <source>a wall unlike the others</source>
        <translation>與眾不同的疇壁</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="64" />
        <source>overview</source>
        <translation>概覽</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="65" />
        <source>zoom</source>
        <translation>近看</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="66" />
        <source>follow</source>
        <translation>跟隨</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="67" />
        <source>raster</source>
        <translation>逐線掃描</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="68" />
        <source>area</source>
        <translation>區域</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="96" />
        <location filename="../client/named.py" line="69" />
        <source>map</source>
        <translation>拼圖</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="70" />
        <source>sequence</source>
        <translation>序列</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="125" />
        <location filename="../client/named.py" line="71" />
        <source>wish</source>
        <translation>要求</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="72" />
        <source>check</source>
        <translation>檢查</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="73" />
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="74" />
        <source>after</source>
        <translation>之後</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="75" />
        <source>wall</source>
        <translation>疇壁</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="76" />
        <source>bulk</source>
        <translation>疇內部</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="77" />
        <source>reference</source>
        <translation>參考</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="84" />
        <source>hysteresis loop</source>
        <translation>電滯迴線</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="85" />
        <source>relaxation</source>
        <translation>弛豫</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="86" />
        <source>force curve</source>
        <translation>力曲線</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="87" />
        <source>current-voltage curve</source>
        <translation>電流-電壓曲線</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="94" />
        <source>scan</source>
        <translation>掃描</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="95" />
        <source>path</source>
        <translation>路徑</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="97" />
        <source>probe</source>
        <translation>量測點</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="98" />
        <source>write</source>
        <translation>寫入</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="105" />
        <source>watch</source>
        <translation>觀看</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="106" />
        <source>advise</source>
        <translation>建議</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="107" />
        <source>supervised</source>
        <translation>監督</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="108" />
        <source>unattended</source>
        <translation>無人值守</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="115" />
        <source>pause</source>
        <translation>暫停</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="116" />
        <source>go on</source>
        <translation>繼續</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="117" />
        <source>stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="118" />
        <source>park</source>
        <translation>停放</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="119" />
        <source>withdraw</source>
        <translation>退針</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="120" />
        <source>approve</source>
        <translation>核准</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="121" />
        <source>decline</source>
        <translation>否決</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="122" />
        <source>authority</source>
        <translation>權限</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="123" />
        <source>limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="124" />
        <source>forbid</source>
        <translation>設為禁止</translation>
    </message>
    <message>
        <location filename="../client/named.py" line="126" />
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="13" />
        <source>candidate</source>
        <translation>候選</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="14" />
        <source>shadow</source>
        <translation>影子</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="15" />
        <source>active</source>
        <translation>使用中</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="16" />
        <source>retired</source>
        <translation>已停用</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="23" />
        <source>golden slice</source>
        <translation>黃金標準分組</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="24" />
        <source>calibration</source>
        <translation>校準</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="25" />
        <source>topology</source>
        <translation>拓撲</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="26" />
        <source>centreline</source>
        <translation>中心線</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="27" />
        <source>nothing drawn</source>
        <translation>未畫出任何線</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="28" />
        <source>empty-mask model</source>
        <translation>空遮罩模型</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="29" />
        <source>lines on nothing</source>
        <translation>無中生有的線</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="30" />
        <source>flipped labels</source>
        <translation>對調的標註</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="31" />
        <source>own material</source>
        <translation>自有材料</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="32" />
        <source>labels</source>
        <translation>標註</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="33" />
        <source>finite</source>
        <translation>有限值</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="34" />
        <source>saw the golden set</source>
        <translation>看過黃金標準集</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="41" />
        <source>answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="42" />
        <source>corrections</source>
        <translation>修正</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="43" />
        <source>probability</source>
        <translation>機率</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="44" />
        <source>part of the active model's</source>
        <translation>占使用中模型的比例</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="45" />
        <source>share of corrections</source>
        <translation>修正的比例</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="46" />
        <source>share of crops</source>
        <translation>圖塊的比例</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="47" />
        <source>share of empty crops</source>
        <translation>空白圖塊的比例</translation>
    </message>
    <message>
        <location filename="../teach/named.py" line="48" />
        <source>share of drawn line pixels</source>
        <translation>畫出的線條像素比例</translation>
    </message>
</context><context>
    <name>Navigation</name>
    <message>
        <location filename="../shell/navigation.py" line="41" />
        <source>{page} (Ctrl+{number})</source>
        <translation>{page}（Ctrl+{number}）</translation>
    </message>
    <message>
        <location filename="../shell/navigation.py" line="64" />
        <source>Live</source>
        <translation>即時</translation>
    </message>
    <message>
        <location filename="../shell/navigation.py" line="65" />
        <source>Review</source>
        <translation>審閱</translation>
    </message>
    <message>
        <location filename="../shell/navigation.py" line="66" />
        <source>Teach</source>
        <translation>教學</translation>
    </message>
    <message>
        <location filename="../shell/navigation.py" line="67" />
        <source>Nights</source>
        <translation>夜間</translation>
    </message>
</context><context>
    <name>Nights</name>
    <message>
        <location filename="../nights/documents.py" line="68" />
        <source>The report is in {file}.</source>
        <translation>報告在 {file}。</translation>
    </message>
    <message>
        <location filename="../nights/documents.py" line="69" />
        <source>The methods are in {file}.</source>
        <translation>方法在 {file}。</translation>
    </message>
    <message>
        <location filename="../nights/documents.py" line="70" />
        <source>The table of sites is {file}.</source>
        <translation>位置表為 {file}。</translation>
    </message>
    <message>
        <location filename="../nights/documents.py" line="72" />
        <source>The scans were exported to {file}.</source>
        <translation>掃描已匯出至 {file}。</translation>
    </message>
    <message>
        <location filename="../nights/requests.py" line="13" />
        <source>map</source>
        <translation>拼圖</translation>
    </message>
    <message>
        <location filename="../nights/requests.py" line="18" />
        <source>path of {n} sweeps</source>
        <translation>{n} 條掃描的路徑</translation>
    </message>
    <message>
        <location filename="../nights/requests.py" line="22" />
        <source>writes</source>
        <translation>寫入</translation>
    </message>
    <message>
        <location filename="../nights/requests.py" line="26" />
        <source>frame</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../nights/listing.py" line="127" />
        <source>unreadable</source>
        <translation>無法讀取</translation>
    </message>
    <message>
        <location filename="../nights/listing.py" line="159" />
        <source>not begun</source>
        <translation>尚未開始</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="165" />
        <source>kind</source>
        <translation>種類</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="166" />
        <source>on</source>
        <translation>於</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="167" />
        <source>at</source>
        <translation>位於</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="170" />
        <source>result</source>
        <translation>結果</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="170" />
        <source>it broke off</source>
        <translation>中途中斷</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="183" />
        <source>native half cycle: onset</source>
        <translation>原生半週期：起始</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="187" />
        <source>native half cycle: coercive</source>
        <translation>原生半週期：矯頑</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="192" />
        <source>later cycles</source>
        <translation>後續週期</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="195" />
        <source>coercive</source>
        <translation>矯頑</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="198" />
        <source>imprint</source>
        <translation>印記</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="199" />
        <source>remanent response</source>
        <translation>殘餘響應</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="200" />
        <source>cycles that are loops</source>
        <translation>呈迴線的週期</translation>
    </message>
    <message>
        <location filename="../nights/morning.py" line="202" />
        <source>why not</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../nights/what_if.py" line="46" />
        <source>It would have asked for something else at {n} of {all} decisions.</source>
        <translation>在 {all} 個決定中，它有 {n} 個會提出不同的要求。</translation>
    </message>
    <message>
        <location filename="../nights/what_if.py" line="55" />
        <source>These requests take {after} instead of {before} by the cost model, one step at a time; what it would have seen there nobody knows.</source>
        <translation>依成本模型，逐步計算，這些要求需時 {after}，而非 {before}；它在那裡會看到什麼，無人知曉。</translation>
    </message>
    <message>
        <location filename="../nights/asking.py" line="73" />
        <source>No model has looked at scan {n}: there is nothing to correct.</source>
        <translation>沒有模型判讀過掃描 {n}：沒有可修正的內容。</translation>
    </message>
    <message>
        <location filename="../nights/asking.py" line="89" />
        <source>This place is in the queue already (item {n}).</source>
        <translation>此處已在佇列中（第 {n} 項）。</translation>
    </message>
    <message>
        <location filename="../nights/asking.py" line="92" />
        <source>This place is item {n} of the review queue.</source>
        <translation>此處是審閱佇列的第 {n} 項。</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="44" />
        <source>No frame shows the whole area, so there are no figures.</source>
        <translation>沒有影像涵蓋整個區域，因此沒有數字。</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="55" />
        <source>From {kind} {n} ({area} looked at), as {model} draws it. Intervals hold for a surface that is everywhere like this frame.</source>
        <translation>來自{kind} {n}（檢視了 {area}），依 {model} 所畫。區間適用於各處都與這張影像相似的表面。</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="71" />
        <source>domain walls</source>
        <translation>疇壁</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="73" />
        <source>domain wall length per area</source>
        <translation>單位面積的疇壁長度</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="75" />
        <source>type undetermined</source>
        <translation>類型未定</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="76" />
        <source>180 deg walls</source>
        <translation>180 度疇壁</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="77" />
        <source>ferroelastic</source>
        <translation>鐵彈疇壁</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="82" />
        <source>mean domain size</source>
        <translation>平均疇尺寸</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="84" />
        <source>grain boundary length per area</source>
        <translation>單位面積的晶界長度</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="86" />
        <source>mean grain size</source>
        <translation>平均晶粒面積</translation>
    </message>
    <message>
        <location filename="../nights/figures.py" line="87" />
        <source>mean grain diameter</source>
        <translation>平均晶粒直徑</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="169" />
        <source>no model looked</source>
        <translation>沒有模型判讀</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="176" />
        <source>{clock}, {since} after the beginning; {scans} scans and {probes} probes were done</source>
        <translation>{clock}，開始後 {since}；已完成 {scans} 次掃描與 {probes} 次量測</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="184" />
        <source>nothing was scanned yet</source>
        <translation>當時尚未掃描任何內容</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="192" />
        <source>{name}: {rows} of {all} lines</source>
        <translation>{name}：{rows} / {all} 線</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="196" />
        <source>probe {n} was under way</source>
        <translation>當時正在進行量測 {n}</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="203" />
        <source>nothing was predicted</source>
        <translation>當時沒有預測</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="205" />
        <source>final prediction, as it was at that moment</source>
        <translation>最終預測，與當時相同</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="207" />
        <source>no model had looked at this frame yet</source>
        <translation>當時尚無模型判讀過這張影像</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="208" />
        <source>final prediction, cut to the {n} lines that the model had seen; what it saw of them then is not kept</source>
        <translation>最終預測，截至模型當時看過的 {n} 線；當時的判讀未保留</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="218" />
        <source>nothing was decided yet</source>
        <translation>當時尚未做出決定</translation>
    </message>
    <message>
        <location filename="../nights/moments.py" line="222" />
        <source>refused by the guard: {why}</source>
        <translation>遭守衛拒絕：{why}</translation>
    </message>
</context><context>
    <name>NightsPage</name>
    <message>
        <location filename="../nights/page.py" line="175" />
        <source>Open a lab first: the review queue is in a lab.</source>
        <translation>請先開啟實驗室：審閱佇列位於實驗室中。</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="179" />
        <source>asked for at probe {name}</source>
        <translation>在量測 {name} 時提出要求</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="181" />
        <source>...</source>
        <translation>...</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="252" />
        <source>No run is in this lab yet; open the folder of one.</source>
        <translation>此實驗室尚無實驗；請開啟某個實驗的資料夾。</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="265" />
        <source>Folder of a run</source>
        <translation>實驗的資料夾</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="303" />
        <source>Open a run...</source>
        <translation>開啟實驗...</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="305" />
        <source>Show on all pages</source>
        <translation>在所有頁面顯示</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="313" />
        <source>Probes</source>
        <translation>量測</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="314" />
        <source>Figures</source>
        <translation>數據</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="315" />
        <source>Decisions</source>
        <translation>決定</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="316" />
        <source>Time travel</source>
        <translation>時光回溯</translation>
    </message>
    <message>
        <location filename="../nights/page.py" line="317" />
        <source>What if</source>
        <translation>假設</translation>
    </message>
</context><context>
    <name>Proposal</name>
    <message>
        <location filename="../steer/panel_parts.py" line="51" />
        <source>Proposed, and waits for you</source>
        <translation>已提議，等待您的決定</translation>
    </message>
    <message>
        <location filename="../steer/panel_parts.py" line="55" />
        <source>Approve</source>
        <translation>核准</translation>
    </message>
    <message>
        <location filename="../steer/panel_parts.py" line="57" />
        <source>Decline</source>
        <translation>否決</translation>
    </message>
    <message>
        <location filename="../steer/panel_parts.py" line="58" />
        <source>The run looks for another move</source>
        <translation>實驗改找其他移動</translation>
    </message>
</context><context>
    <name>RangeDialog</name>
    <message>
        <location filename="../live/range_dialog.py" line="23" />
        <source>Range of the colours</source>
        <translation>色彩範圍</translation>
    </message>
    <message>
        <location filename="../live/range_dialog.py" line="27" />
        <source>From</source>
        <translation>從</translation>
    </message>
    <message>
        <location filename="../live/range_dialog.py" line="28" />
        <source>To</source>
        <translation>到</translation>
    </message>
</context><context>
    <name>Review</name>
    <message>
        <location filename="../review/reasons.py" line="21" />
        <source>Fill the queue from the shown run</source>
        <translation>用顯示中的實驗填入佇列</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="22" />
        <source>Look again</source>
        <translation>重新查看</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="23" />
        <source>Choose a lab folder...</source>
        <translation>選擇實驗室資料夾...</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="26" />
        <source>Corrections are kept in a lab: a folder with runs, models and what people have corrected. Choose one, or make one from the run that is shown.</source>
        <translation>修正保存在實驗室中：內含實驗、模型與人員修正的資料夾。請選擇一個，或由顯示中的實驗建立。</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="31" />
        <source>No lab yet</source>
        <translation>尚無實驗室</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="33" />
        <source>The queue cannot be read</source>
        <translation>無法讀取佇列</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="35" />
        <source>Everything that was asked is answered. New crops come by themselves from runs of this lab when a scan is finished, and from any run by filling the queue.</source>
        <translation>所有問題都已回答。此實驗室的實驗每完成一次掃描，就會自動加入新的圖塊；也可以用任何實驗填入佇列。</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="41" />
        <source>Nothing waits</source>
        <translation>沒有等待的項目</translation>
    </message>
    <message>
        <location filename="../review/reasons.py" line="42" />
        <source>Looking into the queue</source>
        <translation>正在查看佇列</translation>
    </message>
</context><context>
    <name>ReviewKeys</name>
    <message>
        <location filename="../review/key_sheet.py" line="37" />
        <source>Draw</source>
        <translation>繪製</translation>
    </message>
    <message>
        <location filename="../review/key_sheet.py" line="38" />
        <source>Class and size</source>
        <translation>類別與大小</translation>
    </message>
    <message>
        <location filename="../review/key_sheet.py" line="39" />
        <source>Look</source>
        <translation>外觀</translation>
    </message>
    <message>
        <location filename="../review/key_sheet.py" line="40" />
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="87" />
        <source>Trace a wall: click along it</source>
        <translation>描繪疇壁：沿著它點按</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="92" />
        <source>Brush; Shift+click draws straight on</source>
        <translation>筆刷；Shift 加點按可畫直線</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="95" />
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="99" />
        <source>Bridge a gap: click into it</source>
        <translation>接合缺口：點按缺口</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="105" />
        <source>Cut a line: click or drag across</source>
        <translation>切斷線條：點按或拖過</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="109" />
        <source>Fill an area up to its lines</source>
        <translation>填滿區域直到線條</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="114" />
        <source>Pick lines: click, or draw a lasso</source>
        <translation>選取線條：點按，或用套索圈選</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="118" />
        <source>Pick all lines</source>
        <translation>選取所有線條</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="123" />
        <source>Pick all lines of the same class</source>
        <translation>選取同類別的所有線條</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="129" />
        <source>Delete picked lines; last anchor</source>
        <translation>刪除選取的線條；最後的錨點</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="135" />
        <source>Finish the trace; draw picked hints</source>
        <translation>完成描繪；畫出選取的提示</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="138" />
        <source>End what has begun</source>
        <translation>結束已開始的動作</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="139" />
        <source>Undo a stroke</source>
        <translation>復原一筆</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="141" />
        <source>Redo a stroke</source>
        <translation>重做一筆</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="144" />
        <source>Wall, type not told</source>
        <translation>疇壁，類型未定</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="146" />
        <source>180 deg wall</source>
        <translation>180 度疇壁</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="148" />
        <source>Ferroelastic wall</source>
        <translation>鐵彈疇壁</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="150" />
        <source>Grain boundary</source>
        <translation>晶界</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="151" />
        <source>Topography edge</source>
        <translation>形貌邊緣</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="153" />
        <source>Nobody can tell</source>
        <translation>無人能判斷</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="155" />
        <source>Smaller brush</source>
        <translation>縮小筆刷</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="156" />
        <source>Larger brush</source>
        <translation>放大筆刷</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="160" />
        <source>Hold: the image alone</source>
        <translation>按住：只看影像</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="164" />
        <source>Lines on or off</source>
        <translation>顯示或隱藏線條</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="168" />
        <source>Opacity of the lines</source>
        <translation>線條的不透明度</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="175" />
        <source>Hints: what the model half sees</source>
        <translation>提示：模型隱約看見的線條</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="178" />
        <source>Next channel</source>
        <translation>下一個通道</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="182" />
        <source>Beside it: other model or person</source>
        <translation>並排：其他模型或人員</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="185" />
        <source>Whole crop</source>
        <translation>整個圖塊</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="187" />
        <source>Next disagreement</source>
        <translation>下一處分歧</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="190" />
        <source>Accept and next</source>
        <translation>接受並到下一個</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="195" />
        <source>Reject: a bad image, for nobody</source>
        <translation>退回：影像不佳，不給任何人</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="201" />
        <source>Unsure: leave it to others</source>
        <translation>不確定：留給其他人</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="204" />
        <source>Skip: ask me later</source>
        <translation>略過：稍後再問我</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="205" />
        <source>This sheet</source>
        <translation>此說明</translation>
    </message>
    <message>
        <location filename="../review/keys.py" line="229" />
        <source>{one} or {other}</source>
        <translation>{one} 或 {other}</translation>
    </message>
</context><context>
    <name>ReviewPage</name>
    <message>
        <location filename="../review/page.py" line="91" />
        <source>Keys...</source>
        <translation>按鍵...</translation>
    </message>
    <message>
        <location filename="../review/page.py" line="254" />
        <source>{count} lines are picked: a class key renames, Delete removes them.</source>
        <translation>已選取 {count} 條線：按類別鍵改類別，按 Delete 刪除。</translation>
    </message>
    <message>
        <location filename="../review/page.py" line="273" />
        <source>No other disagreement; D begins anew.</source>
        <translation>沒有其他分歧；按 D 重新開始。</translation>
    </message>
    <message>
        <location filename="../review/page.py" line="314" />
        <source>Gone on with: {count} strokes of an earlier sitting are here.</source>
        <translation>繼續：這裡有先前的 {count} 筆。</translation>
    </message>
    <message>
        <location filename="../review/page.py" line="323" />
        <source>Folder of a lab</source>
        <translation>實驗室的資料夾</translation>
    </message>
    <message>
        <location filename="../review/page.py" line="336" />
        <source>Looking for crops that are worth a person's time.</source>
        <translation>正在尋找值得花時間的圖塊。</translation>
    </message>
    <message>
        <location filename="../review/page.py" line="345" />
        <source>{count} crops are in the queue.</source>
        <translation>佇列中有 {count} 個圖塊。</translation>
    </message>
</context><context>
    <name>ReviewTools</name>
    <message>
        <location filename="../review/tool_column.py" line="36" />
        <source>Trace wall</source>
        <translation>描繪疇壁</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="37" />
        <source>Brush</source>
        <translation>筆刷</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="38" />
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="39" />
        <source>Bridge gap</source>
        <translation>接合缺口</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="40" />
        <source>Cut</source>
        <translation>切斷</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="41" />
        <source>Fill</source>
        <translation>填滿</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="42" />
        <source>Pick lines</source>
        <translation>選取線條</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="49" />
        <source>Click along the wall; double-click or Enter ends, Shift goes straight.</source>
        <translation>沿著疇壁點按；按兩下或 Enter 結束，Shift 畫直線。</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="52" />
        <source>Drag to draw; Shift+click goes straight on from the last point.</source>
        <translation>拖曳以繪製；Shift 加點按從最後一點畫直線。</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="55" />
        <source>Drag over what is wrong.</source>
        <translation>拖過錯誤之處。</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="56" />
        <source>Click into a gap, or drag from one line to the other.</source>
        <translation>點按缺口，或從一條線拖到另一條線。</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="59" />
        <source>Click on a line, or drag across it.</source>
        <translation>點按線條，或拖過它。</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="60" />
        <source>Click into an area to say that nobody can tell what is there.</source>
        <translation>點按區域，表示無人能判斷其中的內容。</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="63" />
        <source>Click a line or draw around some; then a class key, or Delete.</source>
        <translation>點按一條線，或圈選數條；然後按類別鍵或 Delete。</translation>
    </message>
</context><context>
    <name>ReviewWords</name>
    <message>
        <location filename="../review/words.py" line="20" />
        <source>no reading</source>
        <translation>無讀數</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="30" />
        <source>{done} of {total} today</source>
        <translation>今天 {done} / {total}</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="33" />
        <source>{length} of line corrected in {time}</source>
        <translation>{time}內修正了 {length} 的線條</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="39" />
        <source>{share} % accepted as proposed</source>
        <translation>{share} % 依提議接受</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="47" />
        <source>Not saved: {why}</source>
        <translation>未儲存：{why}</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="49" />
        <source>Saving strokes: {count}</source>
        <translation>正在儲存筆劃：{count}</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="51" />
        <source>All strokes saved ({count})</source>
        <translation>所有筆劃皆已儲存（{count}）</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="52" />
        <source>Nothing drawn yet</source>
        <translation>尚未繪製</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="58" />
        <source>the model sees a line here, none is drawn</source>
        <translation>模型在此看見線條，但沒有畫出</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="59" />
        <source>a line is drawn here that the model doubts</source>
        <translation>這裡畫了模型懷疑的線條</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="60" />
        <source>{other} draws a line here</source>
        <translation>{other} 在此畫了線條</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="61" />
        <source>{other} draws no line here</source>
        <translation>{other} 在此沒有畫線</translation>
    </message>
    <message>
        <location filename="../review/words.py" line="63" />
        <source>{count} px</source>
        <translation>{count} px</translation>
    </message>
</context><context>
    <name>RunTable</name>
    <message>
        <location filename="../nights/run_table.py" line="41" />
        <source>Run</source>
        <translation>實驗</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="42" />
        <source>Begun</source>
        <translation>開始</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="43" />
        <source>Sample</source>
        <translation>樣品</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="44" />
        <source>Time</source>
        <translation>時間</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="45" />
        <source>Scans</source>
        <translation>掃描</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="46" />
        <source>Probes</source>
        <translation>量測</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="47" />
        <source>Walls</source>
        <translation>疇壁</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="48" />
        <source>Faults</source>
        <translation>故障</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="49" />
        <source>State</source>
        <translation>狀態</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="61" />
        <source>Time of the instrument</source>
        <translation>儀器時間</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="62" />
        <source>Domain walls in the widest frame</source>
        <translation>最寬影像中的疇壁</translation>
    </message>
    <message>
        <location filename="../nights/run_table.py" line="158" />
        <source>No process runs it, and its journal has no end</source>
        <translation>沒有程序執行它，且其日誌沒有結尾</translation>
    </message>
</context><context>
    <name>RunWizard</name>
    <message>
        <location filename="../steer/wizard.py" line="62" />
        <source>New run</source>
        <translation>新的實驗</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="104" />
        <source>Written: {path}</source>
        <translation>已寫入：{path}</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="114" />
        <source>The run is being started...</source>
        <translation>正在啟動實驗...</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="121" />
        <source>Sample</source>
        <translation>樣品</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="122" />
        <source>Purpose</source>
        <translation>目的</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="123" />
        <source>First look</source>
        <translation>初步觀察</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="124" />
        <source>Consent</source>
        <translation>許可</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="125" />
        <source>Limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="126" />
        <source>Check and start</source>
        <translation>檢查並開始</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="154" />
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="154" />
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="156" />
        <source>Open a file...</source>
        <translation>開啟檔案...</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="157" />
        <source>Save as...</source>
        <translation>另存新檔...</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="257" />
        <source>{page}: {count} wrong</source>
        <translation>{page}：{count} 處錯誤</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="298" />
        <source>The run has begun: {name}</source>
        <translation>實驗已開始：{name}</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="304" />
        <source>The run did not start: {why}</source>
        <translation>實驗未能開始：{why}</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="308" />
        <source>Open a run's file</source>
        <translation>開啟實驗的檔案</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="314" />
        <location filename="../steer/wizard.py" line="308" />
        <source>Run files (*.toml)</source>
        <translation>實驗檔 (*.toml)</translation>
    </message>
    <message>
        <location filename="../steer/wizard.py" line="314" />
        <source>Save the run's file</source>
        <translation>儲存實驗的檔案</translation>
    </message>
</context><context>
    <name>Scope</name>
    <message>
        <location filename="../live/plots.py" line="97" />
        <source>No line yet</source>
        <translation>尚無掃描線</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="129" />
        <source>{channel}, line {number}</source>
        <translation>{channel}，第 {number} 線</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="132" />
        <source>trace</source>
        <translation>去程</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="135" />
        <source>retrace</source>
        <translation>回程</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="137" />
        <source>slope taken off</source>
        <translation>已扣除斜率</translation>
    </message>
    <message>
        <location filename="../live/plots.py" line="143" />
        <source>median difference {value:.3g} {unit}</source>
        <translation>中位差 {value:.3g} {unit}</translation>
    </message>
</context><context>
    <name>SidePanel</name>
    <message>
        <location filename="../review/side_panel.py" line="84" />
        <source>nobody can tell</source>
        <translation>無人能判斷</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="105" />
        <source>Opacity of the lines; Shift and the wheel change it, too</source>
        <translation>線條的不透明度；Shift 加滾輪也可改變</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="110" />
        <source>Channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="111" />
        <source>Beside</source>
        <translation>並排</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="112" />
        <source>Lines</source>
        <translation>線條</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="121" />
        <source>Hints</source>
        <translation>提示</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="125" />
        <source>What the model half sees, dashed: pick it, then Enter or a class key draws it</source>
        <translation>模型隱約看見的線條（虛線）：選取後按 Enter 或類別鍵即可畫出</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="143" />
        <source> nm</source>
        <translation> nm</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="145" />
        <source>Pick them</source>
        <translation>選取</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="147" />
        <source>Then Delete removes them, and a class key renames them</source>
        <translation>之後按 Delete 移除，按類別鍵則重新命名</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="151" />
        <source>Lines shorter than</source>
        <translation>短於此長度的線條</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="162" />
        <source>At stake: {stake} px of line, weighted with the doubt ({doubt} %).</source>
        <translation>影響：{stake} px 的線條，以疑慮加權（{doubt} %）。</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="164" />
        <source>Asked because: {reason}</source>
        <translation>詢問原因：{reason}</translation>
    </message>
    <message>
        <location filename="../review/side_panel.py" line="169" />
        <source>nothing</source>
        <translation>無</translation>
    </message>
</context><context>
    <name>Steer</name>
    <message>
        <location filename="../steer/words.py" line="12" />
        <source>Starting</source>
        <translation>啟動中</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="13" />
        <source>Running</source>
        <translation>進行中</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="14" />
        <source>Paused</source>
        <translation>已暫停</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="15" />
        <source>Waits for a person</source>
        <translation>等待人員</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="16" />
        <source>Ended</source>
        <translation>已結束</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="17" />
        <source>Broken off</source>
        <translation>中斷</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="18" />
        <source>Does not answer</source>
        <translation>無回應</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="25" />
        <source>Watch</source>
        <translation>觀看</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="26" />
        <source>Advise</source>
        <translation>建議</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="27" />
        <source>Supervised</source>
        <translation>監督</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="28" />
        <source>Unattended</source>
        <translation>無人值守</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="35" />
        <source>Nothing moves by itself.</source>
        <translation>不會自行移動。</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="36" />
        <source>Each move waits for a click.</source>
        <translation>每次移動都等待點按。</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="37" />
        <source>It moves by itself; a fault waits for a person.</source>
        <translation>會自行移動；發生故障時等待人員。</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="40" />
        <source>It moves by itself, also after a fault.</source>
        <translation>會自行移動，故障之後也一樣。</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="49" />
        <source>Tip speed</source>
        <translation>探針速度</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="50" />
        <source>Line rate</source>
        <translation>掃描線速率</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="51" />
        <source>Bias on the tip</source>
        <translation>探針偏壓</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="52" />
        <source>AC drive</source>
        <translation>交流驅動</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="53" />
        <source>Load of a force curve</source>
        <translation>力曲線的負載</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="54" />
        <source>Current through the tip</source>
        <translation>通過探針的電流</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="55" />
        <source>Passes over a 100 nm cell</source>
        <translation>100 nm 格內的通過次數</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="56" />
        <source>Volt seconds in a 100 nm cell</source>
        <translation>100 nm 格內的伏特秒</translation>
    </message>
    <message>
        <location filename="../steer/words.py" line="57" />
        <source>Distance of one move</source>
        <translation>單次移動的距離</translation>
    </message>
</context><context>
    <name>SteerPanel</name>
    <message>
        <location filename="../steer/panel.py" line="158" />
        <location filename="../steer/panel.py" line="69" />
        <source>Pause after line</source>
        <translation>此線後暫停</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="71" />
        <source>Stop, stay</source>
        <translation>停止，留在原處</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="72" />
        <source>End the run after the line under way; the tip is parked</source>
        <translation>在目前的線之後結束實驗；探針停妥</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="74" />
        <source>STOP + WITHDRAW</source>
        <translation>停止並退針</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="77" />
        <source>At once: bias and drive off, tip away from the sample (Ctrl+.)</source>
        <translation>立即：關閉偏壓與驅動，探針離開樣品（Ctrl+.）</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="80" />
        <source>Limits...</source>
        <translation>限制...</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="97" />
        <source>Authority</source>
        <translation>權限</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="142" />
        <source>no model</source>
        <translation>無模型</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="143" />
        <source>Model {model}</source>
        <translation>模型 {model}</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="158" />
        <source>Resume</source>
        <translation>繼續</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="174" />
        <source>No run is shown: there is no tip to withdraw here.</source>
        <translation>沒有顯示任何實驗：這裡沒有可退的探針。</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="221" />
        <source>refused: {why}</source>
        <translation>遭拒：{why}</translation>
    </message>
    <message>
        <location filename="../steer/panel.py" line="230" />
        <source>No run</source>
        <translation>無實驗</translation>
    </message>
</context><context>
    <name>StopBar</name>
    <message>
        <location filename="../stop_bar/presenter.py" line="86" />
        <source>looking for the run</source>
        <translation>正在尋找實驗</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="89" />
        <source>linked, run is paused</source>
        <translation>已連線，實驗暫停</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="91" />
        <source>linked</source>
        <translation>已連線</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="93" />
        <source>run is starting</source>
        <translation>實驗啟動中</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="95" />
        <source>run has ended</source>
        <translation>實驗已結束</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="97" />
        <source>run does not answer</source>
        <translation>實驗沒有回應</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="99" />
        <source>no such run</source>
        <translation>無此實驗</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="106" />
        <source>{command} sent</source>
        <translation>已送出「{command}」</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="107" />
        <source>{command}: no answer for {seconds:.0f} s</source>
        <translation>「{command}」：已 {seconds:.0f} 秒沒有回應</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="117" />
        <source>Tip withdrawn, bias off ({time}). It stays up until a person clears it.</source>
        <translation>探針已退開，偏壓已關閉（{time}）。直到有人解除為止都維持退開。</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="122" />
        <source>NOT WITHDRAWN ({time}): {reason}. Use the instrument's own controls.</source>
        <translation>未退針（{time}）：{reason}。請使用儀器本身的控制。</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="127" />
        <source>{command}: the run obeys between two lines ({time})</source>
        <translation>「{command}」：實驗會在兩條掃描線之間執行（{time}）</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="129" />
        <source>{command} not obeyed ({time}): {reason}</source>
        <translation>「{command}」未執行（{time}）：{reason}</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="135" />
        <source>the run has ended, nobody listens</source>
        <translation>實驗已結束，無人接收</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="142" />
        <source>Pause after line</source>
        <translation>此線後暫停</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="143" />
        <source>Stop, stay</source>
        <translation>停止，留在原處</translation>
    </message>
    <message>
        <location filename="../stop_bar/presenter.py" line="144" />
        <source>STOP + WITHDRAW</source>
        <translation>停止並退針</translation>
    </message>
    <message>
        <location filename="../stop_bar/bar.py" line="42" />
        <source>Stop: {run}</source>
        <translation>停止：{run}</translation>
    </message>
</context><context>
    <name>TakeControl</name>
    <message>
        <location filename="../steer/panel_parts.py" line="32" />
        <source>Hold to take control</source>
        <translation>按住以取得控制權</translation>
    </message>
    <message>
        <location filename="../steer/panel_parts.py" line="39" />
        <source>This window only watches: the run was begun elsewhere, by {who}.</source>
        <translation>本視窗只能觀看：此實驗由 {who} 在別處開始。</translation>
    </message>
</context><context>
    <name>Teach</name>
    <message>
        <location filename="../teach/promotion.py" line="26" />
        <source>Choose a candidate or a shadow to promote.</source>
        <translation>請選擇要升級的候選或影子模型。</translation>
    </message>
    <message>
        <location filename="../teach/promotion.py" line="28" />
        <source>Only a candidate or a shadow is promoted.</source>
        <translation>只有候選或影子模型可以升級。</translation>
    </message>
    <message>
        <location filename="../teach/promotion.py" line="30" />
        <source>Make active</source>
        <translation>設為使用中</translation>
    </message>
    <message>
        <location filename="../teach/promotion.py" line="30" />
        <source>Let it look on</source>
        <translation>讓它旁觀</translation>
    </message>
    <message>
        <location filename="../teach/promotion.py" line="35" />
        <source>The gate has not judged it yet.</source>
        <translation>尚未審核。</translation>
    </message>
    <message>
        <location filename="../teach/promotion.py" line="40" />
        <source>The gate has refused it (report {n}): {why}</source>
        <translation>審核已拒絕它（報告 {n}）：{why}</translation>
    </message>
    <message>
        <location filename="../teach/promotion.py" line="48" />
        <source>Report {n} is {why}; judge it again.</source>
        <translation>報告 {n} {why}；請再審核一次。</translation>
    </message>
    <message>
        <location filename="../teach/promotion.py" line="58" />
        <source>No model was active before in this lab.</source>
        <translation>此實驗室之前沒有使用中的模型。</translation>
    </message>
    <message>
        <location filename="../teach/pictures.py" line="28" />
        <source>No gate has judged this model in this lab.</source>
        <translation>此實驗室尚未審核過這個模型。</translation>
    </message>
    <message>
        <location filename="../teach/pictures.py" line="31" />
        <source>Report {n} has kept no pictures; judge it again to see them.</source>
        <translation>報告 {n} 沒有保留圖片；請再審核一次以查看。</translation>
    </message>
    <message>
        <location filename="../teach/pictures.py" line="38" />
        <source>There were no new corrections to be compared on.</source>
        <translation>沒有可供比較的新修正。</translation>
    </message>
    <message>
        <location filename="../teach/pictures.py" line="39" />
        <source>{n} of the newest corrections, from the largest gain to the largest loss: what {before} draws, what {after} draws, and what the person has drawn.</source>
        <translation>最新的 {n} 筆修正，從進步最多到退步最多：{before} 所畫、{after} 所畫，以及人員所畫。</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="91" />
        <source>Passed: {model} may take the place of {against}.</source>
        <translation>通過：{model} 可以取代 {against}。</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="93" />
        <source>Refused: {model} may not take the place of {against}.</source>
        <translation>拒絕：{model} 不得取代 {against}。</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="111" />
        <source>On your newest corrections F1 goes from {before} to {after} ({change}; 95 % interval {low} to {high}, {frames} frames).</source>
        <translation>在您最新的修正上，F1 從 {before} 變為 {after}（{change}；95 % 區間 {low} 至 {high}，{frames} 張影像）。</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="124" />
        <source>It has learned from these crops, so that proves little.</source>
        <translation>它已從這些圖塊學習，因此證明力有限。</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="140" />
        <location filename="../teach/verdict.py" line="135" />
        <source>at least {limit}</source>
        <translation>至少 {limit}</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="141" />
        <source>at most {limit}</source>
        <translation>至多 {limit}</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="145" />
        <source>holds</source>
        <translation>成立</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="146" />
        <source>broken</source>
        <translation>損壞</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="147" />
        <source>too little to tell</source>
        <translation>資料太少，無法判斷</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="151" />
        <source>the whole model</source>
        <translation>整個模型</translation>
    </message>
    <message>
        <location filename="../teach/verdict.py" line="181" />
        <location filename="../teach/verdict.py" line="166" />
        <source>not measured</source>
        <translation>未量測</translation>
    </message>
    <message>
        <location filename="../teach/headway.py" line="35" />
        <source>simulated worlds</source>
        <translation>模擬樣品</translation>
    </message>
    <message>
        <location filename="../teach/headway.py" line="36" />
        <source>looks at crops</source>
        <translation>判讀圖塊</translation>
    </message>
    <message>
        <location filename="../teach/headway.py" line="38" />
        <source>{what}: {done} of {whole}</source>
        <translation>{what}：{done} / {whole}</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="280" />
        <location filename="../teach/story.py" line="186" />
        <location filename="../teach/headway.py" line="43" />
        <source>{time} to go</source>
        <translation>還需 {time}</translation>
    </message>
    <message>
        <location filename="../teach/headway.py" line="58" />
        <source>draws the page</source>
        <translation>繪製頁面</translation>
    </message>
    <message>
        <location filename="../teach/headway.py" line="60" />
        <source>looks how much of its parent must be kept, chooses the temperature, and measures</source>
        <translation>決定保留多少母模型、選擇溫度並量測</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="112" />
        <source>Nothing new to learn from; the review queue holds {n} crops.</source>
        <translation>沒有新的內容可學；審閱佇列有 {n} 個圖塊。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="117" />
        <source>{length} of line, {people}, {time}</source>
        <translation>{length} 的線條，{people}，{time}</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="121" />
        <source>1  Correct</source>
        <translation>1  修正</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="123" />
        <source>crops corrected since the last round</source>
        <translation>上一輪之後修正的圖塊</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="125" />
        <source>Review</source>
        <translation>審閱</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="130" />
        <source>2  Freeze</source>
        <translation>2  凍結</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="130" />
        <source>Freeze a training set</source>
        <translation>凍結訓練集</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="134" />
        <source>nothing was corrected yet</source>
        <translation>尚未修正任何內容</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="135" />
        <source>training sets</source>
        <translation>訓練集</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="137" />
        <source>crops in the newest set "{name}"</source>
        <translation>最新資料集「{name}」中的圖塊</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="138" />
        <source>{n} of them to validate on</source>
        <translation>其中 {n} 個用於驗證</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="140" />
        <source>{n} newer crops are not in it</source>
        <translation>{n} 個較新的圖塊不在其中</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="142" />
        <source>the newest set has all there is</source>
        <translation>最新的資料集已包含全部內容</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="147" />
        <source>3  Teach</source>
        <translation>3  教學</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="151" />
        <source>steps</source>
        <translation>步</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="153" />
        <source>steps; it makes ready</source>
        <translation>步；準備中</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="157" />
        <source>freeze a training set first</source>
        <translation>請先凍結訓練集</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="162" />
        <source>steps of a round that was interrupted</source>
        <translation>中斷那一輪的步數</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="163" />
        <source>It goes on from its last checkpoint.</source>
        <translation>從最後的檢查點繼續。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="164" />
        <source>Go on</source>
        <translation>繼續</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="168" />
        <source>the last one gave {model}</source>
        <translation>上一輪產生 {model}</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="171" />
        <source>Teach</source>
        <translation>教學</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="172" />
        <source>rounds so far</source>
        <translation>至今的輪數</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="178" />
        <source>It waits: the run {run} is live.</source>
        <translation>等待中：實驗 {run} 正在進行。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="184" />
        <source>Another process trains.</source>
        <translation>另一個程序正在訓練。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="190" />
        <source>4  Judge</source>
        <translation>4  審核</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="190" />
        <source>Judge</source>
        <translation>審核</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="194" />
        <source>candidate to be judged</source>
        <translation>待審核的候選模型</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="195" />
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="197" />
        <source>the gate compares it with the active model</source>
        <translation>審核會把它與使用中的模型比較</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="203" />
        <source>nobody has judged it</source>
        <translation>尚無人審核</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="205" />
        <source>passed</source>
        <translation>通過</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="205" />
        <source>refused</source>
        <translation>遭拒絕</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="206" />
        <source>by the gate, report {n}</source>
        <translation>由審核判定，報告 {n}</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="208" />
        <source>Judge again</source>
        <translation>再審核一次</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="213" />
        <source>5  Use</source>
        <translation>5  使用</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="216" />
        <source>none</source>
        <translation>無</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="216" />
        <source>model is active</source>
        <translation>個使用中的模型</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="217" />
        <source>is the model that runs use</source>
        <translation>是實驗所用的模型</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="219" />
        <source>{who}: {reason}</source>
        <translation>{who}：{reason}</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="228" />
        <source>a set is being frozen</source>
        <translation>正在凍結資料集</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="229" />
        <source>a training is under way</source>
        <translation>正在訓練</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="230" />
        <source>the gate is judging</source>
        <translation>正在審核</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="239" />
        <source>compared with {model}, which is no longer active</source>
        <translation>與 {model} 比較，而它已不再使用</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="249" />
        <source>No model was trained in this lab yet.</source>
        <translation>此實驗室尚未訓練過模型。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="250" />
        <source>Learns from the set "{set}", starting from {parent}. {n} of {batch} crops of a step are corrections; the others are replayed simulated material, so that nothing is forgotten.</source>
        <translation>從資料集「{set}」學習，以 {parent} 為起點。每步 {batch} 個圖塊中有 {n} 個是修正；其餘重播模擬材料，以免遺忘。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="256" />
        <source>{n} steps were skipped, it went back {k} times.</source>
        <translation>略過 {n} 步，退回 {k} 次。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="266" />
        <source>{model}: {n} steps, {time} of processor time.</source>
        <translation>{model}：{n} 步，處理器時間 {time}。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="268" />
        <source>{model}: interrupted after {n} steps, {time}.</source>
        <translation>{model}：在 {n} 步、{time} 後中斷。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="273" />
        <source>It makes ready.</source>
        <translation>準備中。</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="276" />
        <source>Step {n} of {all}, loss {loss}</source>
        <translation>第 {n} / {all} 步，損失 {loss}</translation>
    </message>
    <message>
        <location filename="../teach/story.py" line="285" />
        <source>It makes the simulated material to be replayed; a lab's first round takes longer.</source>
        <translation>正在製作要重播的模擬材料；實驗室的第一輪需時較長。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="24" />
        <source>The training set "{name}" holds {n} crops.</source>
        <translation>訓練集「{name}」有 {n} 個圖塊。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="32" />
        <source>The training was interrupted; its checkpoint is kept.</source>
        <translation>訓練已中斷；檢查點已保留。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="33" />
        <source>{model} is a candidate now; let the gate judge it.</source>
        <translation>{model} 現在是候選模型；請進行審核。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="42" />
        <source>{model} has passed the gate.</source>
        <translation>{model} 已通過審核。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="43" />
        <source>The gate has refused {model}.</source>
        <translation>審核拒絕了 {model}。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="50" />
        <source>{model} looks on beside the active model now.</source>
        <translation>{model} 現在與使用中的模型並行旁觀。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="52" />
        <source>The next run uses {model}.</source>
        <translation>下一次實驗將使用 {model}。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="59" />
        <source>{model} is active again, {before} is retired.</source>
        <translation>{model} 恢復使用，{before} 已停用。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="64" />
        <source>No live run was using it.</source>
        <translation>沒有進行中的實驗使用它。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="74" />
        <source>Live run {run}: {answer}.</source>
        <translation>進行中的實驗 {run}：{answer}。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="76" />
        <source>Live run {run} does not obey: {answer}.</source>
        <translation>進行中的實驗 {run} 未遵從：{answer}。</translation>
    </message>
    <message>
        <location filename="../teach/answers.py" line="85" />
        <source>`ai-afm {verb}` ended with code {code} and said nothing.</source>
        <translation>`ai-afm {verb}` 以代碼 {code} 結束，沒有說明。</translation>
    </message>
</context><context>
    <name>TeachPage</name>
    <message>
        <location filename="../teach/page.py" line="152" />
        <source>No lab is open.</source>
        <translation>沒有開啟的實驗室。</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="154" />
        <source>{lab} is no lab yet: the first correction makes it one.</source>
        <translation>{lab} 還不是實驗室：第一筆修正會使它成為實驗室。</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="170" />
        <source>...</source>
        <translation>...</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="180" />
        <source>It was interrupted.</source>
        <translation>已中斷。</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="295" />
        <source>Training</source>
        <translation>訓練</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="296" />
        <source>Verdict</source>
        <translation>裁定</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="297" />
        <source>Before and after</source>
        <translation>之前與之後</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="298" />
        <source>Sets</source>
        <translation>資料集</translation>
    </message>
    <message>
        <location filename="../teach/page.py" line="299" />
        <source>History</source>
        <translation>歷程</translation>
    </message>
</context><context>
    <name>ToolColumn</name>
    <message>
        <location filename="../review/tool_column.py" line="119" />
        <source>Smaller brush</source>
        <translation>縮小筆刷</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="119" />
        <source>Larger brush</source>
        <translation>放大筆刷</translation>
    </message>
    <message>
        <location filename="../review/tool_column.py" line="137" />
        <source>Width {size} px</source>
        <translation>寬度 {size} px</translation>
    </message>
</context><context>
    <name>TravelPanel</name>
    <message>
        <location filename="../nights/travel_panel.py" line="91" />
        <source>Decision before</source>
        <translation>之前的決定</translation>
    </message>
    <message>
        <location filename="../nights/travel_panel.py" line="92" />
        <source>Decision after</source>
        <translation>之後的決定</translation>
    </message>
    <message>
        <location filename="../nights/travel_panel.py" line="173" />
        <source>When</source>
        <translation>時間</translation>
    </message>
    <message>
        <location filename="../nights/travel_panel.py" line="174" />
        <source>Frame</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="../nights/travel_panel.py" line="175" />
        <source>Prediction</source>
        <translation>預測</translation>
    </message>
    <message>
        <location filename="../nights/travel_panel.py" line="176" />
        <source>Decision</source>
        <translation>決定</translation>
    </message>
    <message>
        <location filename="../nights/travel_panel.py" line="177" />
        <source>Model</source>
        <translation>模型</translation>
    </message>
</context><context>
    <name>VerdictPanel</name>
    <message>
        <location filename="../teach/verdict_panel.py" line="29" />
        <source>Verdict</source>
        <translation>裁定</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="30" />
        <source>Rule</source>
        <translation>規則</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="31" />
        <source>On</source>
        <translation>對象</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="32" />
        <source>Found</source>
        <translation>結果</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="33" />
        <source>Limit</source>
        <translation>限度</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="34" />
        <source>95 % interval</source>
        <translation>95 % 區間</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="35" />
        <source>Measured in</source>
        <translation>量測對象</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="68" />
        <source>not judged</source>
        <translation>未審核</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="69" />
        <source>No gate has judged this model in this lab.</source>
        <translation>此實驗室尚未審核過這個模型。</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="72" />
        <source>passed</source>
        <translation>通過</translation>
    </message>
    <message>
        <location filename="../teach/verdict_panel.py" line="72" />
        <source>refused</source>
        <translation>遭拒絕</translation>
    </message>
</context><context>
    <name>Welcome</name>
    <message>
        <location filename="../shell/welcome.py" line="19" />
        <source>Watch, steer, correct, teach</source>
        <translation>觀看、操控、修正、教學</translation>
    </message>
    <message>
        <location filename="../shell/welcome.py" line="22" />
        <source>The demo is a microscope that drives itself on a simulated sample. It needs no instrument, and nothing in it can be broken.</source>
        <translation>示範是一台在模擬樣品上自行運作的顯微鏡。它不需要儀器，也不會弄壞任何東西。</translation>
    </message>
    <message>
        <location filename="../shell/welcome.py" line="34" />
        <source>Open a run...</source>
        <translation>開啟實驗...</translation>
    </message>
    <message>
        <location filename="../shell/welcome.py" line="36" />
        <source>New run...</source>
        <translation>新的實驗...</translation>
    </message>
    <message>
        <location filename="../shell/welcome.py" line="64" />
        <source>The demo starts...</source>
        <translation>示範啟動中...</translation>
    </message>
    <message>
        <location filename="../shell/welcome.py" line="64" />
        <source>Open the demo</source>
        <translation>開啟示範</translation>
    </message>
</context><context>
    <name>WhatIfPanel</name>
    <message>
        <location filename="../nights/what_if_panel.py" line="44" />
        <source>Ask</source>
        <translation>詢問</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="46" />
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="49" />
        <source>Any key of the run's configuration as KEY=VALUE, or another controller.</source>
        <translation>以 KEY=VALUE 指定實驗設定的任何項目，或另一個控制器。</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="55" />
        <source>Row</source>
        <translation>列</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="55" />
        <source>It did</source>
        <translation>它做了</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="55" />
        <source>It would have</source>
        <translation>它會做</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="55" />
        <source>Difference</source>
        <translation>差異</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="79" />
        <source>Each decision is taken again ...</source>
        <translation>正在重新做出每個決定...</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="96" />
        <source>The question was dropped.</source>
        <translation>已放棄此問題。</translation>
    </message>
    <message>
        <location filename="../nights/what_if_panel.py" line="110" />
        <source>What if</source>
        <translation>假設</translation>
    </message>
</context><context>
    <name>Why</name>
    <message>
        <location filename="../client/saying.py" line="41" />
        <source>weight of its kind</source>
        <translation>該類別的權重</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="43" />
        <source>certainty and form</source>
        <translation>確定度與形狀</translation>
    </message>
    <message>
        <location filename="../client/saying.py" line="46" />
        <source>candidates</source>
        <translation>候選位置</translation>
    </message>
</context><context>
    <name>Window</name>
    <message>
        <location filename="../window.py" line="140" />
        <source>There is no page {name}.</source>
        <translation>沒有 {name} 頁面。</translation>
    </message>
    <message>
        <location filename="../window.py" line="189" />
        <source>Folder of a run</source>
        <translation>實驗的資料夾</translation>
    </message>
    <message>
        <location filename="../window.py" line="196" />
        <source>Folder of a lab</source>
        <translation>實驗室的資料夾</translation>
    </message>
</context><context>
    <name>Wizard</name>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="30" />
        <source>What is to be found out?</source>
        <translation>要找出什麼？</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="34" />
        <source>Images: walls and boundaries, closer at the best places</source>
        <translation>影像：疇壁與晶界，在最佳位置近看</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="37" />
        <source>Hysteresis loops at walls and beside them</source>
        <translation>疇壁及其旁邊的電滯迴線</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="38" />
        <source>Every wall of an area, finely, in less time</source>
        <translation>以較短時間精細掃描區域內的每道疇壁</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="39" />
        <source>A question with an answer that is fixed beforehand</source>
        <translation>事先定好答案形式的問題</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="42" />
        <source>As the file says (its plan is not edited here)</source>
        <translation>依檔案所載（其計畫不在此編輯）</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="56" />
        <source>Closer frames</source>
        <translation>較近的影像</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="57" />
        <source>Probes</source>
        <translation>量測</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="58" />
        <source>Area</source>
        <translation>區域</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="59" />
        <source>Question</source>
        <translation>問題</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="90" />
        <source>What it saves is told when the plan has been checked.</source>
        <translation>檢查計畫之後會說明能節省多少。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="95" />
        <source>The full raster takes {raster}; nothing is saved.</source>
        <translation>全區掃描需時 {raster}；沒有節省。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="98" />
        <source>Likely {time} instead of the raster's {raster}: {saved:.0f} % saved. That is the mean measured on twin samples with walls on 1 to 8 % of the area; with more walls less is saved. After its first look the run predicts its own.</source>
        <translation>可能需時 {time}，而全區掃描為 {raster}：節省 {saved:.0f} %。這是在疇壁占面積 1 至 8 % 的模擬樣品上量得的平均值；疇壁愈多，節省愈少。實驗初步觀察之後會自行預測。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="111" />
        <source>Places looked at closely</source>
        <translation>近看的位置數</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="114" />
        <source>Sizes of the closer frames, nm</source>
        <translation>較近影像的尺寸，nm</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="115" />
        <source>1/4 and 1/10 of the first look</source>
        <translation>初步觀察的 1/4 與 1/10</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="39" />
        <location filename="../steer/setup/page_purpose.py" line="117" />
        <source>Lines</source>
        <translation>線條</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="40" />
        <location filename="../steer/setup/page_purpose.py" line="118" />
        <source>Pixels</source>
        <translation>像素</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="41" />
        <location filename="../steer/setup/page_purpose.py" line="119" />
        <source>Line rate</source>
        <translation>掃描線速率</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="125" />
        <source>Largest bias of a loop</source>
        <translation>迴線的最大偏壓</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="126" />
        <source>Cycles</source>
        <translation>週期數</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="127" />
        <source>Bias steps a cycle</source>
        <translation>每週期的偏壓步數</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="128" />
        <source>Time on field at a step</source>
        <translation>每步加場時間</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="129" />
        <source>AC drive that reads it</source>
        <translation>讀取用的交流驅動</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="130" />
        <source>Sites on the wall of a place</source>
        <translation>每個位置在疇壁上的量測點數</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="131" />
        <source>Time for all probes</source>
        <translation>所有量測的時間</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="137" />
        <source>predict, then follow or raster</source>
        <translation>先預測，再跟隨或全區掃描</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="138" />
        <source>follow the walls, whatever it costs</source>
        <translation>跟隨疇壁，不計代價</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="139" />
        <source>every line, slow at walls only</source>
        <translation>每條線都掃，只在疇壁處放慢</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="140" />
        <source>every 8th line, then strips</source>
        <translation>每 8 條掃一條，再補掃條帶</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="141" />
        <source>where the model is least sure</source>
        <translation>在模型最不確定之處</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="142" />
        <source>full raster</source>
        <translation>全區掃描</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="145" />
        <source>Policy</source>
        <translation>策略</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="146" />
        <source>Lines of the full raster</source>
        <translation>全區掃描的線數</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="147" />
        <source>Pixels of the full raster</source>
        <translation>全區掃描的像素數</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="149" />
        <source>Line rate of the full raster</source>
        <translation>全區掃描的線速率</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="156" />
        <source>at walls</source>
        <translation>在疇壁</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="157" />
        <source>in the bulk</source>
        <translation>在疇內部</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="158" />
        <source>in domain A</source>
        <translation>在疇 A</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="159" />
        <source>in domain B</source>
        <translation>在疇 B</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="162" />
        <source>nucleation bias</source>
        <translation>成核偏壓</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="163" />
        <source>half-switching bias</source>
        <translation>半翻轉偏壓</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="166" />
        <source>Differs the</source>
        <translation>此處的量是否不同：</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="167" />
        <source>measured</source>
        <translation>量測於</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="168" />
        <source>from that</source>
        <translation>相較於</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="169" />
        <source>by at least</source>
        <translation>至少相差</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="170" />
        <source>Chance of a false yes</source>
        <translation>誤判為「是」的機率</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_purpose.py" line="171" />
        <source>Wall segments at most</source>
        <translation>疇壁段數上限</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_limits.py" line="18" />
        <source>Budget and authority</source>
        <translation>預算與權限</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_limits.py" line="21" />
        <source>Authority</source>
        <translation>權限</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_limits.py" line="27" />
        <source>Instrument time at most</source>
        <translation>儀器時間上限</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_limits.py" line="33" />
        <source>Limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_limits.py" line="35" />
        <source>What passes a limit is refused, never cut down. While the run goes on, limits can be narrowed; nobody widens them then. Wider ones than before need your name on the last page.</source>
        <translation>超過限制的要求會遭拒絕，絕不截短。實驗進行中可以收緊限制，但無人能放寬。比之前更寬的限制，須在最後一頁填寫您的姓名。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_limits.py" line="43" />
        <source>Setpoint (from, to)</source>
        <translation>設定點（從、到）</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="28" />
        <source>What the run would do</source>
        <translation>實驗將會做什麼</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="32" />
        <source>Move</source>
        <translation>移動</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="32" />
        <source>Time</source>
        <translation>時間</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="32" />
        <source>Guard</source>
        <translation>守衛</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="44" />
        <source>Folder of the run</source>
        <translation>實驗的資料夾</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="48" />
        <source>This allows more than before</source>
        <translation>這比之前允許更多</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="51" />
        <source>Type your name: you answer for it</source>
        <translation>輸入您的姓名：由您負責</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="55" />
        <source>Start the run</source>
        <translation>開始實驗</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="65" />
        <source>If it sees nothing, it ends with: {words}</source>
        <translation>若什麼都沒看到，則以此結束：{words}</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="101" />
        <location filename="../steer/setup/page_check.py" line="69" />
        <source>The plan is being checked...</source>
        <translation>正在檢查計畫...</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="102" />
        <location filename="../steer/setup/page_check.py" line="70" />
        <source>The plan has not been checked yet.</source>
        <translation>計畫尚未檢查。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="75" />
        <source>refused</source>
        <translation>遭拒絕</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="75" />
        <source>legal</source>
        <translation>合法</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="100" />
        <source>Correct what is marked first.</source>
        <translation>請先修正標示之處。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="103" />
        <source>Not possible: {why}</source>
        <translation>不可行：{why}</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="104" />
        <source>Type your name: this run is allowed more than before.</source>
        <translation>請輸入您的姓名：此實驗獲准的範圍比之前更大。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="105" />
        <source>The run needs a folder of its own that does not exist yet.</source>
        <translation>實驗需要一個尚不存在的專屬資料夾。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="115" />
        <source>Moves known beforehand: {count} ({time} of instrument time).</source>
        <translation>事先已知的移動：{count}（{time} 儀器時間）。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="121" />
        <source>Closer frames after that, if every place is found: {time}.</source>
        <translation>之後若每個位置都找到，較近的影像需要：{time}。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="126" />
        <source>A full raster as fine as the closest frames: {time}.</source>
        <translation>與最近影像同樣精細的全區掃描：{time}。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="132" />
        <source>The guard refuses {count} of them.</source>
        <translation>守衛拒絕其中 {count} 個。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="143" />
        <source>unlimited current</source>
        <translation>電流不受限</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="145" />
        <source>a wider limit: {name}</source>
        <translation>較寬的限制：{name}</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="149" />
        <source>voltages in {count} painted zones</source>
        <translation>{count} 個塗畫區域中的電壓</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_check.py" line="152" />
        <source>a run without anybody at hand</source>
        <translation>無人在場的實驗</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="28" />
        <source>Sample and person</source>
        <translation>樣品與人員</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="31" />
        <source>Sample</source>
        <translation>樣品</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="32" />
        <source>Responsible person</source>
        <translation>負責人</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="33" />
        <source>Seed of all chance</source>
        <translation>所有隨機的種子</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="36" />
        <source>Instrument</source>
        <translation>儀器</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="38" />
        <source>real time</source>
        <translation>實際時間</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="39" />
        <source>accelerated (twin only)</source>
        <translation>加速（僅限模擬）</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="40" />
        <source>as fast as it computes (twin only)</source>
        <translation>盡可能快地計算（僅限模擬）</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="43" />
        <source>Acceleration</source>
        <translation>加速倍數</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="47" />
        <source>World of the twin</source>
        <translation>模擬樣品的種類</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="51" />
        <source>digital twin</source>
        <translation>數位分身</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="52" />
        <source>replay of a stored scan</source>
        <translation>重播已儲存的掃描</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="58" />
        <source>Adapter</source>
        <translation>轉接器</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="61" />
        <source>Clock</source>
        <translation>時鐘</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_sample.py" line="66" />
        <source>Options of the adapter</source>
        <translation>轉接器的選項</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="38" />
        <source>What may be done where</source>
        <translation>何處可以做什麼</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="40" />
        <source>Elsewhere only images are allowed. Paint zones on the map; where two overlap, the later one counts. Bias and pulses hold for each 100 nm cell.</source>
        <translation>其他地方只允許成像。請在地圖上塗畫區域；重疊之處以較晚者為準。偏壓與脈衝以每個 100 nm 格計算。</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="50" />
        <source>Zone</source>
        <translation>區域</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="51" />
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="52" />
        <source>Bias, V</source>
        <translation>偏壓 (V)</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="53" />
        <source>Pulses</source>
        <translation>脈衝</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="119" />
        <source>Draw such a zone on the map with the mouse</source>
        <translation>用滑鼠在地圖上畫出這樣的區域</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="129" />
        <source>x</source>
        <translation>x</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_consent.py" line="130" />
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <location filename="../steer/setup/editors.py" line="210" />
        <source>as the adapter has it</source>
        <translation>依轉接器的設定</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="21" />
        <source>First look</source>
        <translation>初步觀察</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="22" />
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="26" />
        <source>Size (fast, slow)</source>
        <translation>尺寸（快軸、慢軸）</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="28" />
        <source>Centre (x, y)</source>
        <translation>中心（x、y）</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="30" />
        <source>Angle of the fast axis</source>
        <translation>快軸角度</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="34" />
        <source>Draw it on the map</source>
        <translation>在地圖上畫出</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="44" />
        <source>All frames</source>
        <translation>所有影像</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="45" />
        <source>as set</source>
        <translation>依設定</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="48" />
        <source>AC drive</source>
        <translation>交流驅動</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="49" />
        <source>Setpoint</source>
        <translation>設定點</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="52" />
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <location filename="../steer/setup/page_imaging.py" line="58" />
        <source>They are listed when the instrument has been asked (check of the plan).</source>
        <translation>詢問儀器之後（檢查計畫時）會列出。</translation>
    </message>
</context></TS>
