<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_TW" sourcelanguage="en">
 <context>
  <name>BenchView</name>
  <message>
   <source>Try again</source>
   <translation>再試一次</translation>
  </message>
  <message>
   <source>Skip</source>
   <translation>略過</translation>
  </message>
  <message>
   <source>Unsure</source>
   <translation>不確定</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>退回</translation>
  </message>
  <message>
   <source>Accept, next</source>
   <translation>接受，下一個</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>復原</translation>
  </message>
  <message>
   <source>Redo</source>
   <translation>重做</translation>
  </message>
  <message>
   <source>Next doubt</source>
   <translation>下一個疑點</translation>
  </message>
  <message>
   <source>Keys</source>
   <translation>按鍵</translation>
  </message>
  <message>
   <source>Crop {number}</source>
   <translation>圖塊 {number}</translation>
  </message>
  <message>
   <source>{who}: for comparison</source>
   <translation>{who}：供比較</translation>
  </message>
  <message>
   <source>Yours</source>
   <translation>您的版本</translation>
  </message>
  <message>
   <source>Not saved</source>
   <translation>未儲存</translation>
  </message>
 </context>
 <context>
  <name>Brake</name>
  <message>
   <source>No run is shown; nothing was withdrawn.</source>
   <translation>目前沒有顯示任何實驗；沒有退針。</translation>
  </message>
  <message>
   <source>STOP + WITHDRAW sent</source>
   <translation>已送出「停止並退針」</translation>
  </message>
  <message>
   <source>Tip withdrawn, bias off ({time}).</source>
   <translation>探針已退開，偏壓已關閉（{time}）。</translation>
  </message>
  <message>
   <source>NOT WITHDRAWN ({time}): {reason}. Use the instrument's own controls.</source>
   <translation>未退針（{time}）：{reason}。請使用儀器本身的控制。</translation>
  </message>
  <message>
   <source>The stop bar of {run} has ended with code {code}. Ctrl+. still withdraws, as long as this window answers.</source>
   <translation>{run} 的停止列已以代碼 {code} 結束。只要本視窗仍有回應，Ctrl+. 依然可以退針。</translation>
  </message>
 </context>
 <context>
  <name>ChannelView</name>
  <message>
   <source>not scanned</source>
   <translation>未掃描</translation>
  </message>
  <message>
   <source>No image</source>
   <translation>沒有影像</translation>
  </message>
  <message>
   <source>as recorded</source>
   <translation>原始數據</translation>
  </message>
  <message>
   <source>plane taken off</source>
   <translation>已扣除平面</translation>
  </message>
  <message>
   <source>row median taken off</source>
   <translation>已扣除列中位數</translation>
  </message>
  <message>
   <source>range held</source>
   <translation>範圍已固定</translation>
  </message>
  <message>
   <source>For display only: what is stored stays as it is</source>
   <translation>僅供顯示：儲存的數據保持不變</translation>
  </message>
  <message>
   <source>trace</source>
   <translation>去程</translation>
  </message>
  <message>
   <source>retrace</source>
   <translation>回程</translation>
  </message>
  <message>
   <source>As recorded</source>
   <translation>原始數據</translation>
  </message>
  <message>
   <source>Take a plane off</source>
   <translation>扣除平面</translation>
  </message>
  <message>
   <source>Take the median of each row off</source>
   <translation>扣除每列中位數</translation>
  </message>
  <message>
   <source>Viridis</source>
   <translation>Viridis</translation>
  </message>
  <message>
   <source>Cividis</source>
   <translation>Cividis</translation>
  </message>
  <message>
   <source>Grey</source>
   <translation>灰階</translation>
  </message>
  <message>
   <source>Cyclic, for angles</source>
   <translation>循環色，用於角度</translation>
  </message>
  <message>
   <source>Robust range (2 to 98 %)</source>
   <translation>穩健範圍（2 至 98 %）</translation>
  </message>
  <message>
   <source>Hold this range</source>
   <translation>固定此範圍</translation>
  </message>
  <message>
   <source>Set the range...</source>
   <translation>設定範圍...</translation>
  </message>
 </context>
 <context>
  <name>CurvePanel</name>
  <message>
   <source>Cancel</source>
   <translation>取消</translation>
  </message>
  <message>
   <source>End it; its last checkpoint is kept and can be gone on with</source>
   <translation>結束；保留最後的檢查點，之後可繼續</translation>
  </message>
  <message>
   <source>Also while a run is live</source>
   <translation>實驗進行中也訓練</translation>
  </message>
  <message>
   <source>Without it a training waits as long as a run of this lab is live</source>
   <translation>未勾選時，只要此實驗室有實驗在進行，訓練就會等待</translation>
  </message>
  <message>
   <source>steps</source>
   <translation>步</translation>
  </message>
  <message>
   <source>loss</source>
   <translation>損失</translation>
  </message>
 </context>
 <context>
  <name>CutPlot</name>
  <message>
   <source>Drag the ends A and B of the cut over the image</source>
   <translation>把剖面線的端點 A 與 B 拖到影像上</translation>
  </message>
  <message>
   <source>crosses no line</source>
   <translation>沒有穿過任何線條</translation>
  </message>
  <message>
   <source>crosses: {lines}</source>
   <translation>穿過：{lines}</translation>
  </message>
  <message>
   <source>and {count} more</source>
   <translation>另有 {count} 個</translation>
  </message>
  <message>
   <source>apart: {gaps}</source>
   <translation>間距：{gaps}</translation>
  </message>
 </context>
 <context>
  <name>DatasetsTable</name>
  <message>
   <source>Set</source>
   <translation>資料集</translation>
  </message>
  <message>
   <source>Kind</source>
   <translation>種類</translation>
  </message>
  <message>
   <source>Crops</source>
   <translation>圖塊</translation>
  </message>
  <message>
   <source>To validate on</source>
   <translation>用於驗證</translation>
  </message>
  <message>
   <source>Not in it</source>
   <translation>未納入</translation>
  </message>
  <message>
   <source>Frozen</source>
   <translation>凍結時間</translation>
  </message>
  <message>
   <source>Hash</source>
   <translation>雜湊</translation>
  </message>
  <message>
   <source>training</source>
   <translation>訓練</translation>
  </message>
  <message>
   <source>golden, to judge by</source>
   <translation>黃金標準，供審核</translation>
  </message>
 </context>
 <context>
  <name>DecisionsTable</name>
  <message>
   <source>Time</source>
   <translation>時間</translation>
  </message>
  <message>
   <source>By</source>
   <translation>由</translation>
  </message>
  <message>
   <source>What</source>
   <translation>內容</translation>
  </message>
  <message>
   <source>Why</source>
   <translation>原因</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>模型</translation>
  </message>
  <message>
   <source>refused by the guard: </source>
   <translation>遭守衛拒絕：</translation>
  </message>
  <message>
   <source>Double-click a decision to travel to its moment</source>
   <translation>按兩下某個決定即可回到當時</translation>
  </message>
 </context>
 <context>
  <name>DemoKeeper</name>
  <message>
   <source>The demo could not be started: {reason}</source>
   <translation>無法啟動示範：{reason}</translation>
  </message>
  <message>
   <source>The demo has ended before it began: {reason}</source>
   <translation>示範尚未開始就結束了：{reason}</translation>
  </message>
  <message>
   <source>The demo goes on</source>
   <translation>示範仍在進行</translation>
  </message>
  <message>
   <source>The demo is a process of its own and still scans.</source>
   <translation>示範是獨立的程序，仍在掃描。</translation>
  </message>
  <message>
   <source>What shall become of it when the window closes?</source>
   <translation>視窗關閉後要如何處理？</translation>
  </message>
  <message>
   <source>End the demo</source>
   <translation>結束示範</translation>
  </message>
  <message>
   <source>Let it run</source>
   <translation>讓它繼續</translation>
  </message>
  <message>
   <source>Keep the window</source>
   <translation>保留視窗</translation>
  </message>
 </context>
 <context>
  <name>DocumentsBar</name>
  <message>
   <source>Report</source>
   <translation>報告</translation>
  </message>
  <message>
   <source>Paper</source>
   <translation>論文</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>匯出</translation>
  </message>
  <message>
   <source>Methods as text</source>
   <translation>方法（文字）</translation>
  </message>
  <message>
   <source>Sites as CSV</source>
   <translation>位置（CSV）</translation>
  </message>
  <message>
   <source>Scans for Gwyddion (.gwy)</source>
   <translation>掃描，供 Gwyddion 使用（.gwy）</translation>
  </message>
  <message>
   <source>Channels for Gwyddion (.gsf)</source>
   <translation>通道，供 Gwyddion 使用（.gsf）</translation>
  </message>
  <message>
   <source>Scans for numpy (.npz)</source>
   <translation>掃描，供 numpy 使用（.npz）</translation>
  </message>
  <message>
   <source>It is being written ...</source>
   <translation>正在寫入...</translation>
  </message>
 </context>
 <context>
  <name>ExchangeMenu</name>
  <message>
   <source>Export corrections</source>
   <translation>匯出修正</translation>
  </message>
  <message>
   <source>Export what waits in the queue</source>
   <translation>匯出等待中的佇列</translation>
  </message>
  <message>
   <source>Import corrections...</source>
   <translation>匯入修正...</translation>
  </message>
  <message>
   <source>Import a folder of corrections...</source>
   <translation>匯入修正資料夾...</translation>
  </message>
  <message>
   <source>There is no lab yet; choose one first.</source>
   <translation>尚無實驗室；請先選擇。</translation>
  </message>
  <message>
   <source>The last export is still being written.</source>
   <translation>上一次匯出仍在寫入。</translation>
  </message>
  <message>
   <source>Folder for the files</source>
   <translation>檔案的資料夾</translation>
  </message>
  <message>
   <source>Corrections (*.json *.geojson *.png *.tif *.tiff *.zip)</source>
   <translation>修正檔 (*.json *.geojson *.png *.tif *.tiff *.zip)</translation>
  </message>
  <message>
   <source>Files of corrections</source>
   <translation>修正檔案</translation>
  </message>
  <message>
   <source>Folder of corrections</source>
   <translation>修正資料夾</translation>
  </message>
  <message>
   <source>{count} files are in {folder}.</source>
   <translation>{folder} 中有 {count} 個檔案。</translation>
  </message>
  <message>
   <source>{count} corrections are in.</source>
   <translation>已匯入 {count} 筆修正。</translation>
  </message>
 </context>
 <context>
  <name>Failures</name>
  <message>
   <source>Read</source>
   <translation>已讀</translation>
  </message>
  <message>
   <source>Take this message away</source>
   <translation>移除此訊息</translation>
  </message>
  <message>
   <source>({count} times)</source>
   <translation>（{count} 次）</translation>
  </message>
  <message>
   <source>{count} more</source>
   <translation>還有 {count} 則</translation>
  </message>
 </context>
 <context>
  <name>FiguresTable</name>
  <message>
   <source>Figure</source>
   <translation>圖</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>數值</translation>
  </message>
  <message>
   <source>95 % interval</source>
   <translation>95 % 區間</translation>
  </message>
 </context>
 <context>
  <name>GalleryPanel</name>
  <message>
   <source>recorded</source>
   <translation>已記錄</translation>
  </message>
  <message>
   <source>before</source>
   <translation>之前</translation>
  </message>
  <message>
   <source>after</source>
   <translation>之後</translation>
  </message>
  <message>
   <source>person</source>
   <translation>人員</translation>
  </message>
 </context>
 <context>
  <name>Header</name>
  <message>
   <source>No run is open</source>
   <translation>沒有開啟的實驗</translation>
  </message>
  <message>
   <source>no run</source>
   <translation>無實驗</translation>
  </message>
  <message>
   <source>starting</source>
   <translation>啟動中</translation>
  </message>
  <message>
   <source>live</source>
   <translation>進行中</translation>
  </message>
  <message>
   <source>no answer</source>
   <translation>無回應</translation>
  </message>
  <message>
   <source>ended</source>
   <translation>已結束</translation>
  </message>
  <message>
   <source>no such run</source>
   <translation>無此實驗</translation>
  </message>
  <message>
   <source>live, paused</source>
   <translation>進行中，已暫停</translation>
  </message>
  <message>
   <source>scan {number}: {rows} of {lines} lines</source>
   <translation>掃描 {number}：{rows} / {lines} 線</translation>
  </message>
 </context>
 <context>
  <name>HistoryTable</name>
  <message>
   <source>When</source>
   <translation>時間</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>模型</translation>
  </message>
  <message>
   <source>Became</source>
   <translation>變為</translation>
  </message>
  <message>
   <source>Why</source>
   <translation>原因</translation>
  </message>
  <message>
   <source>By</source>
   <translation>由</translation>
  </message>
  <message>
   <source>Report</source>
   <translation>報告</translation>
  </message>
 </context>
 <context>
  <name>KeySheet</name>
  <message>
   <source>Keys</source>
   <translation>按鍵</translation>
  </message>
  <message>
   <source>Wheel: zoom.  Middle button, or Space and drag: move the image.</source>
   <translation>滾輪：縮放。中鍵，或空白鍵加拖曳：移動影像。</translation>
  </message>
 </context>
 <context>
  <name>Lamps</name>
  <message>
   <source>Link</source>
   <translation>連線</translation>
  </message>
  <message>
   <source>Tip</source>
   <translation>探針</translation>
  </message>
  <message>
   <source>Z range</source>
   <translation>Z 範圍</translation>
  </message>
  <message>
   <source>Drift</source>
   <translation>漂移</translation>
  </message>
  <message>
   <source>Disk</source>
   <translation>磁碟</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>模型</translation>
  </message>
  <message>
   <source>Queue</source>
   <translation>佇列</translation>
  </message>
  <message>
   <source>unknown</source>
   <translation>未知</translation>
  </message>
  <message>
   <source>The run has ended: {outcome}</source>
   <translation>實驗已結束：{outcome}</translation>
  </message>
  <message>
   <source>ended</source>
   <translation>已結束</translation>
  </message>
  <message>
   <source>No process runs this run any more, and it has no end</source>
   <translation>此實驗已沒有程序在執行，且沒有結尾</translation>
  </message>
  <message>
   <source>broken off</source>
   <translation>中斷</translation>
  </message>
  <message>
   <source>The run is opening its instrument</source>
   <translation>實驗正在開啟儀器</translation>
  </message>
  <message>
   <source>starting</source>
   <translation>啟動中</translation>
  </message>
  <message>
   <source>The run does not answer: {error}</source>
   <translation>實驗沒有回應：{error}</translation>
  </message>
  <message>
   <source>silent</source>
   <translation>無聲</translation>
  </message>
  <message>
   <source>No line for {time}</source>
   <translation>已 {time} 沒有掃描線</translation>
  </message>
  <message>
   <source>no lines</source>
   <translation>沒有掃描線</translation>
  </message>
  <message>
   <source>The run answers</source>
   <translation>實驗有回應</translation>
  </message>
  <message>
   <source>live</source>
   <translation>進行中</translation>
  </message>
  <message>
   <source>Nothing tells what the tip does</source>
   <translation>無法得知探針的動作</translation>
  </message>
  <message>
   <source>Contact is doubted: {advice}</source>
   <translation>接觸可疑：{advice}</translation>
  </message>
  <message>
   <source>no contact</source>
   <translation>未接觸</translation>
  </message>
  <message>
   <source>After a fault: {message}</source>
   <translation>發生故障之後：{message}</translation>
  </message>
  <message>
   <source>not parked</source>
   <translation>未停妥</translation>
  </message>
  <message>
   <source>parked</source>
   <translation>已停妥</translation>
  </message>
  <message>
   <source>The tip measures at a point</source>
   <translation>探針正在定點量測</translation>
  </message>
  <message>
   <source>probing</source>
   <translation>量測中</translation>
  </message>
  <message>
   <source>The tip writes: bias is on</source>
   <translation>探針正在寫入：偏壓開啟</translation>
  </message>
  <message>
   <source>writing</source>
   <translation>寫入中</translation>
  </message>
  <message>
   <source>A person has withdrawn the tip; it stays so until cleared</source>
   <translation>有人已將探針退開；直到有人解除為止都維持退開</translation>
  </message>
  <message>
   <source>withdrawn</source>
   <translation>已退針</translation>
  </message>
  <message>
   <source>The tip is parked, bias and drive are off</source>
   <translation>探針已停妥，偏壓與驅動皆關閉</translation>
  </message>
  <message>
   <source>The tip is on the sample and scans</source>
   <translation>探針在樣品上掃描</translation>
  </message>
  <message>
   <source>scanning</source>
   <translation>掃描中</translation>
  </message>
  <message>
   <source>Doubted: {meaning}</source>
   <translation>可疑：{meaning}</translation>
  </message>
  <message>
   <source>at its limit</source>
   <translation>達到極限</translation>
  </message>
  <message>
   <source>No detector has looked at it yet</source>
   <translation>尚無偵測器檢查過</translation>
  </message>
  <message>
   <source>No channel of the last frame was at its limit</source>
   <translation>上一張影像沒有通道達到極限</translation>
  </message>
  <message>
   <source>inside</source>
   <translation>範圍內</translation>
  </message>
  <message>
   <source>Not measured yet</source>
   <translation>尚未量測</translation>
  </message>
  <message>
   <source>The place is not sure; last known drift {speed}</source>
   <translation>位置不確定；最後已知的漂移為 {speed}</translation>
  </message>
  <message>
   <source>lost</source>
   <translation>失去追蹤</translation>
  </message>
  <message>
   <source>{speed}: {moved} while this frame is scanned</source>
   <translation>{speed}：掃描這張影像期間移動 {moved}</translation>
  </message>
  <message>
   <source>fast</source>
   <translation>快</translation>
  </message>
  <message>
   <source>{speed}, corrected for</source>
   <translation>{speed}，已校正</translation>
  </message>
  <message>
   <source>followed</source>
   <translation>已追蹤</translation>
  </message>
  <message>
   <source>The disk does not tell how much is free</source>
   <translation>磁碟未回報剩餘空間</translation>
  </message>
  <message>
   <source>Only {free} are free</source>
   <translation>只剩 {free}</translation>
  </message>
  <message>
   <source>full</source>
   <translation>已滿</translation>
  </message>
  <message>
   <source>{free} are free</source>
   <translation>剩餘 {free}</translation>
  </message>
  <message>
   <source>little</source>
   <translation>不足</translation>
  </message>
  <message>
   <source>enough</source>
   <translation>足夠</translation>
  </message>
  <message>
   <source>No model looks in this run</source>
   <translation>此實驗沒有模型在判讀</translation>
  </message>
  <message>
   <source>none</source>
   <translation>無</translation>
  </message>
  <message>
   <source>failed</source>
   <translation>失敗</translation>
  </message>
  <message>
   <source>{model} has not looked yet</source>
   <translation>{model} 尚未判讀</translation>
  </message>
  <message>
   <source>ready</source>
   <translation>就緒</translation>
  </message>
  <message>
   <source>This frame is unlike what {model} was trained on</source>
   <translation>這張影像與 {model} 的訓練資料不同</translation>
  </message>
  <message>
   <source>unsure</source>
   <translation>不確定</translation>
  </message>
  <message>
   <source>{model} is {lines} lines behind</source>
   <translation>{model} 落後 {lines} 線</translation>
  </message>
  <message>
   <source>behind</source>
   <translation>落後</translation>
  </message>
  <message>
   <source>{model}; the last look took {time}</source>
   <translation>{model}；上次判讀花了 {time}</translation>
  </message>
  <message>
   <source>looks</source>
   <translation>判讀中</translation>
  </message>
  <message>
   <source>This run has put nothing aside for a person</source>
   <translation>此實驗沒有留下需要人看的內容</translation>
  </message>
  <message>
   <source>empty</source>
   <translation>空</translation>
  </message>
  <message>
   <source>{count} frames of this run were put aside for a person</source>
   <translation>此實驗有 {count} 張影像留待人員檢視</translation>
  </message>
  <message>
   <source>to review</source>
   <translation>待審閱</translation>
  </message>
 </context>
 <context>
  <name>LampsRow</name>
  <message>
   <source>{sentence} (since {time})</source>
   <translation>{sentence}（自 {time} 起）</translation>
  </message>
 </context>
 <context>
  <name>Legend</name>
  <message>
   <source>Lines</source>
   <translation>線條</translation>
  </message>
  <message>
   <source>Uncertainty</source>
   <translation>不確定度</translation>
  </message>
  <message>
   <source>Cut</source>
   <translation>剖面</translation>
  </message>
  <message>
   <source>Walls and boundaries as the model sees them</source>
   <translation>模型所見的疇壁與晶界</translation>
  </message>
  <message>
   <source>The denser the colour, the less sure the model is</source>
   <translation>顏色愈濃，模型愈不確定</translation>
  </message>
  <message>
   <source>Values along a straight cut, with the lines that it crosses</source>
   <translation>沿直線剖面的數值，以及它穿過的線條</translation>
  </message>
  <message>
   <source>not sure</source>
   <translation>不確定</translation>
  </message>
  <message>
   <source>not scanned</source>
   <translation>未掃描</translation>
  </message>
 </context>
 <context>
  <name>LimitsDialog</name>
  <message>
   <source>Limits of this run</source>
   <translation>此實驗的限制</translation>
  </message>
  <message>
   <source>A live run can only be narrowed. Wider limits need a new run, which a person begins by name; software never widens any.</source>
   <translation>進行中的實驗只能收緊限制。要放寬限制，必須由具名的人員開始新的實驗；軟體絕不自行放寬。</translation>
  </message>
  <message>
   <source>Narrow</source>
   <translation>收緊</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>關閉</translation>
  </message>
  <message>
   <source>At most what it is now</source>
   <translation>不得高於目前值</translation>
  </message>
  <message>
   <source>now {value:g} {unit}</source>
   <translation>目前 {value:g} {unit}</translation>
  </message>
  <message>
   <source>Nothing was changed.</source>
   <translation>沒有任何變更。</translation>
  </message>
  <message>
   <source>Asked; the run answers between two lines.</source>
   <translation>已提出；實驗會在兩條掃描線之間回覆。</translation>
  </message>
  <message>
   <source>Take control first; until then this window only watches.</source>
   <translation>請先取得控制權；在此之前本視窗只能觀看。</translation>
  </message>
  <message>
   <source>Refused: {why}</source>
   <translation>遭拒：{why}</translation>
  </message>
 </context>
 <context>
  <name>Lines</name>
  <message>
   <source>wall</source>
   <translation>疇壁</translation>
  </message>
  <message>
   <source>180 deg wall</source>
   <translation>180 度疇壁</translation>
  </message>
  <message>
   <source>ferroelastic</source>
   <translation>鐵彈疇壁</translation>
  </message>
  <message>
   <source>grain boundary</source>
   <translation>晶界</translation>
  </message>
  <message>
   <source>topography edge</source>
   <translation>形貌邊緣</translation>
  </message>
 </context>
 <context>
  <name>Live</name>
  <message>
   <source>Nothing is scanned yet</source>
   <translation>尚未掃描任何內容</translation>
  </message>
  <message>
   <source>Scan {number}</source>
   <translation>掃描 {number}</translation>
  </message>
  <message>
   <source>Path {number}</source>
   <translation>路徑 {number}</translation>
  </message>
  <message>
   <source>Map {number}</source>
   <translation>拼圖 {number}</translation>
  </message>
  <message>
   <source>each row is a sweep</source>
   <translation>每一列是一條掃描</translation>
  </message>
  <message>
   <source>downwards</source>
   <translation>向下</translation>
  </message>
  <message>
   <source>upwards</source>
   <translation>向上</translation>
  </message>
  <message>
   <source>line {rows} of {lines}</source>
   <translation>第 {rows} / {lines} 線</translation>
  </message>
  <message>
   <source>{time} left</source>
   <translation>剩餘 {time}</translation>
  </message>
  <message>
   <source>run: {outcome}</source>
   <translation>實驗：{outcome}</translation>
  </message>
  <message>
   <source>run: broken off</source>
   <translation>實驗：中斷</translation>
  </message>
  <message>
   <source>run: about {time} left, until {clock}</source>
   <translation>實驗：約剩 {time}，至 {clock}</translation>
  </message>
  <message>
   <source>run: at most {time} left, until {clock}</source>
   <translation>實驗：最多剩 {time}，至 {clock}</translation>
  </message>
  <message>
   <source>run: at most {time} of instrument time left</source>
   <translation>實驗：最多剩 {time} 儀器時間</translation>
  </message>
  <message>
   <source>{time} of instrument time</source>
   <translation>{time} 儀器時間</translation>
  </message>
  <message>
   <source>settled</source>
   <translation>已確定</translation>
  </message>
  <message>
   <source>tip</source>
   <translation>探針</translation>
  </message>
  <message>
   <source>Why here</source>
   <translation>為何在此</translation>
  </message>
  <message>
   <source>Nothing is decided yet.</source>
   <translation>尚未做出決定。</translation>
  </message>
  <message>
   <source>Refused by the guard</source>
   <translation>遭守衛拒絕</translation>
  </message>
  <message>
   <source>Proposed, waits for approval</source>
   <translation>已提議，等待核准</translation>
  </message>
  <message>
   <source>score</source>
   <translation>分數</translation>
  </message>
  <message>
   <source>time against the full raster</source>
   <translation>相對於全區掃描的時間</translation>
  </message>
  <message>
   <source>decided by</source>
   <translation>決定者</translation>
  </message>
  <message>
   <source>pixel</source>
   <translation>像素</translation>
  </message>
  <message>
   <source>model</source>
   <translation>模型</translation>
  </message>
  <message>
   <source>at</source>
   <translation>位於</translation>
  </message>
  <message>
   <source>weight of its kind</source>
   <translation>該類別的權重</translation>
  </message>
  <message>
   <source>certainty and form</source>
   <translation>確定度與形狀</translation>
  </message>
  <message>
   <source>best of</source>
   <translation>最佳，候選數</translation>
  </message>
 </context>
 <context>
  <name>LivePage</name>
  <message>
   <source>Follow the run</source>
   <translation>跟隨實驗</translation>
  </message>
  <message>
   <source>Lines</source>
   <translation>線條</translation>
  </message>
  <message>
   <source>Uncertainty</source>
   <translation>不確定度</translation>
  </message>
  <message>
   <source>Cut</source>
   <translation>剖面</translation>
  </message>
  <message>
   <source>Whole frame</source>
   <translation>整張影像</translation>
  </message>
 </context>
 <context>
  <name>Log</name>
  <message>
   <source>run begins</source>
   <translation>實驗開始</translation>
  </message>
  <message>
   <source>run ends</source>
   <translation>實驗結束</translation>
  </message>
  <message>
   <source>decided</source>
   <translation>已決定</translation>
  </message>
  <message>
   <source>refused</source>
   <translation>遭拒絕</translation>
  </message>
  <message>
   <source>begins</source>
   <translation>開始</translation>
  </message>
  <message>
   <source>probes</source>
   <translation>量測</translation>
  </message>
  <message>
   <source>writes</source>
   <translation>寫入</translation>
  </message>
  <message>
   <source>ends early</source>
   <translation>提早結束</translation>
  </message>
  <message>
   <source>lost</source>
   <translation>失去追蹤</translation>
  </message>
  <message>
   <source>done</source>
   <translation>完成</translation>
  </message>
  <message>
   <source>unlike</source>
   <translation>與訓練資料不同</translation>
  </message>
  <message>
   <source>fault</source>
   <translation>故障</translation>
  </message>
  <message>
   <source>raster instead</source>
   <translation>改用全區掃描</translation>
  </message>
  <message>
   <source>doubt</source>
   <translation>疑慮</translation>
  </message>
  <message>
   <source>all well</source>
   <translation>一切正常</translation>
  </message>
  <message>
   <source>for review</source>
   <translation>待審閱</translation>
  </message>
  <message>
   <source>person</source>
   <translation>人員</translation>
  </message>
  <message>
   <source>wish</source>
   <translation>要求</translation>
  </message>
  <message>
   <source>model</source>
   <translation>模型</translation>
  </message>
  <message>
   <source>model refused</source>
   <translation>模型遭拒</translation>
  </message>
  <message>
   <source>recovered</source>
   <translation>已修復</translation>
  </message>
 </context>
 <context>
  <name>LogPanel</name>
  <message>
   <source>Filter: a word, such as probe</source>
   <translation>篩選：輸入詞語，例如 probe</translation>
  </message>
  <message>
   <source>All</source>
   <translation>全部</translation>
  </message>
  <message>
   <source>Warnings</source>
   <translation>警告</translation>
  </message>
  <message>
   <source>Faults</source>
   <translation>故障</translation>
  </message>
  <message>
   <source>A double click shows the frame that a line is about</source>
   <translation>按兩下可顯示該筆記錄所指的影像</translation>
  </message>
  <message>
   <source>{count} lines</source>
   <translation>{count} 筆</translation>
  </message>
 </context>
 <context>
  <name>LoopPlot</name>
  <message>
   <source>bias (V)</source>
   <translation>偏壓 (V)</translation>
  </message>
  <message>
   <source>response off field ({unit})</source>
   <translation>零場響應 ({unit})</translation>
  </message>
  <message>
   <source>time (s)</source>
   <translation>時間 (s)</translation>
  </message>
  <message>
   <source>response ({unit})</source>
   <translation>響應 ({unit})</translation>
  </message>
 </context>
 <context>
  <name>Map</name>
  <message>
   <source>scanner range</source>
   <translation>掃描器範圍</translation>
  </message>
  <message>
   <source>limits</source>
   <translation>限制</translation>
  </message>
  <message>
   <source>image only</source>
   <translation>僅限成像</translation>
  </message>
  <message>
   <source>bias allowed</source>
   <translation>允許偏壓</translation>
  </message>
  <message>
   <source>sacrificial</source>
   <translation>可犧牲</translation>
  </message>
  <message>
   <source>forbidden</source>
   <translation>禁止</translation>
  </message>
  <message>
   <source>scanned</source>
   <translation>已掃描</translation>
  </message>
  <message>
   <source>under way</source>
   <translation>進行中</translation>
  </message>
  <message>
   <source>planned</source>
   <translation>已規劃</translation>
  </message>
  <message>
   <source>wished</source>
   <translation>已要求</translation>
  </message>
  <message>
   <source>refused</source>
   <translation>遭拒絕</translation>
  </message>
  <message>
   <source>probe</source>
   <translation>量測點</translation>
  </message>
 </context>
 <context>
  <name>MapCanvas</name>
  <message>
   <source>drift {speed:.2g} nm/min</source>
   <translation>漂移 {speed:.2g} nm/min</translation>
  </message>
 </context>
 <context>
  <name>MapSide</name>
  <message>
   <source>Whole range</source>
   <translation>全部範圍</translation>
  </message>
  <message>
   <source>Plan</source>
   <translation>規劃</translation>
  </message>
  <message>
   <source>Show what is planned and painted as large as it goes</source>
   <translation>以最大的比例顯示已規劃與已塗畫的區域</translation>
  </message>
 </context>
 <context>
  <name>MapView</name>
  <message>
   <source>Draw a region</source>
   <translation>畫出區域</translation>
  </message>
  <message>
   <source>Draw a rectangle on the map (Shift: square) and ask the run to scan it</source>
   <translation>在地圖上畫一個矩形（Shift：正方形），請實驗掃描它</translation>
  </message>
  <message>
   <source>Range</source>
   <translation>範圍</translation>
  </message>
  <message>
   <source>Show all that the scanner can reach</source>
   <translation>顯示掃描器能到達的全部範圍</translation>
  </message>
  <message>
   <source>Run</source>
   <translation>實驗</translation>
  </message>
  <message>
   <source>Show all that was and will be scanned, and follow it</source>
   <translation>顯示所有已掃描與將掃描的區域，並跟隨</translation>
  </message>
  <message>
   <source>Ask for it</source>
   <translation>提出要求</translation>
  </message>
  <message>
   <source>Forbid it</source>
   <translation>設為禁止</translation>
  </message>
  <message>
   <source>Stay in it</source>
   <translation>限於此處</translation>
  </message>
  <message>
   <source>Discard</source>
   <translation>捨棄</translation>
  </message>
  <message>
   <source>The guard would refuse: {why}</source>
   <translation>守衛會拒絕：{why}</translation>
  </message>
  <message>
   <source>This run is over: nothing can be asked of it.</source>
   <translation>此實驗已結束：無法再提出要求。</translation>
  </message>
  <message>
   <source>Take control first; until then this window only watches.</source>
   <translation>請先取得控制權；在此之前本視窗只能觀看。</translation>
  </message>
  <message>
   <source>Nothing touches it from the next move on</source>
   <translation>從下一步起不再碰觸此處</translation>
  </message>
  <message>
   <source>Nothing leaves it from the next move on</source>
   <translation>從下一步起不再離開此處</translation>
  </message>
  <message>
   <source>{what}; this run cannot take it back</source>
   <translation>{what}；此實驗無法收回</translation>
  </message>
  <message>
   <source>Asked; the run answers between two lines.</source>
   <translation>已提出；實驗會在兩條掃描線之間回覆。</translation>
  </message>
  <message>
   <source>Refused: {why}</source>
   <translation>遭拒：{why}</translation>
  </message>
 </context>
 <context>
  <name>Menus</name>
  <message>
   <source>&amp;File</source>
   <translation>檔案(&amp;F)</translation>
  </message>
  <message>
   <source>&amp;Run</source>
   <translation>實驗(&amp;R)</translation>
  </message>
  <message>
   <source>&amp;View</source>
   <translation>檢視(&amp;V)</translation>
  </message>
  <message>
   <source>&amp;Page</source>
   <translation>頁面(&amp;P)</translation>
  </message>
  <message>
   <source>&amp;Help</source>
   <translation>說明(&amp;H)</translation>
  </message>
  <message>
   <source>Open the demo</source>
   <translation>開啟示範</translation>
  </message>
  <message>
   <source>New run...</source>
   <translation>新的實驗...</translation>
  </message>
  <message>
   <source>Open a run...</source>
   <translation>開啟實驗...</translation>
  </message>
  <message>
   <source>Recent runs</source>
   <translation>最近的實驗</translation>
  </message>
  <message>
   <source>Open a lab...</source>
   <translation>開啟實驗室...</translation>
  </message>
  <message>
   <source>Quit</source>
   <translation>結束程式</translation>
  </message>
  <message>
   <source>Open the stop bar</source>
   <translation>開啟停止列</translation>
  </message>
  <message>
   <source>STOP + WITHDRAW</source>
   <translation>停止並退針</translation>
  </message>
  <message>
   <source>Dark theme</source>
   <translation>深色主題</translation>
  </message>
  <message>
   <source>Language</source>
   <translation>語言</translation>
  </message>
  <message>
   <source>Full screen</source>
   <translation>全螢幕</translation>
  </message>
  <message>
   <source>Where is the log?</source>
   <translation>記錄檔在哪裡？</translation>
  </message>
  <message>
   <source>About ai-afm</source>
   <translation>關於 ai-afm</translation>
  </message>
  <message>
   <source>What the window did, and what went wrong, is written to
{file}</source>
   <translation>視窗做過的事與發生的錯誤都寫入
{file}</translation>
  </message>
  <message>
   <source>Log</source>
   <translation>記錄檔</translation>
  </message>
  <message>
   <source>ai-afm {version}: the brain that an atomic force microscope lacks.

The window is free software under the GNU General Public License, version 3 or later; all else is under the BSD 3-Clause License.</source>
   <translation>ai-afm {version}：原子力顯微鏡所缺少的大腦。

本視窗是自由軟體，採用 GNU 通用公共授權條款第 3 版或更新版本；其餘部分採用 BSD 3-Clause 授權條款。</translation>
  </message>
  <message>
   <source>The window speaks {language} from its next start.</source>
   <translation>視窗下次啟動時將使用{language}。</translation>
  </message>
 </context>
 <context>
  <name>ModelsPanel</name>
  <message>
   <source>Models</source>
   <translation>模型</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>模型</translation>
  </message>
  <message>
   <source>State</source>
   <translation>狀態</translation>
  </message>
  <message>
   <source>F1</source>
   <translation>F1</translation>
  </message>
  <message>
   <source>Why, in words; it is kept with the change</source>
   <translation>原因，請用文字說明；會與變更一起保存</translation>
  </message>
  <message>
   <source>Why? Choose or type a reason</source>
   <translation>為什麼？請選擇或輸入原因</translation>
  </message>
  <message>
   <source>better on our own material</source>
   <translation>在我們自己的材料上較好</translation>
  </message>
  <message>
   <source>finds nothing on this sample</source>
   <translation>在此樣品上找不到任何東西</translation>
  </message>
  <message>
   <source>draws lines where there are none</source>
   <translation>在沒有疇壁之處畫出線條</translation>
  </message>
  <message>
   <source>names walls wrongly</source>
   <translation>疇壁的類別判斷錯誤</translation>
  </message>
  <message>
   <source>In live runs, too</source>
   <translation>也用於進行中的實驗</translation>
  </message>
  <message>
   <source>Without it a promoted model is used from the next run on</source>
   <translation>未勾選時，升級的模型從下一次實驗起使用</translation>
  </message>
  <message>
   <source>Roll back</source>
   <translation>回復</translation>
  </message>
  <message>
   <source>broken</source>
   <translation>損壞</translation>
  </message>
  <message>
   <source>ships</source>
   <translation>隨附</translation>
  </message>
  <message>
   <source>measured by the gate on the lab's simulated golden crops</source>
   <translation>由審核以實驗室的模擬黃金標準圖塊量得</translation>
  </message>
  <message>
   <source>as its card tells; not comparable with other models</source>
   <translation>依模型卡所載；不能與其他模型比較</translation>
  </message>
  <message>
   <source>F1 of any line at 2 px, </source>
   <translation>任意線條在 2 px 內的 F1，</translation>
  </message>
  <message>
   <source>Back to {model}</source>
   <translation>回復為 {model}</translation>
  </message>
  <message>
   <source>A change needs a reason.</source>
   <translation>變更需要原因。</translation>
  </message>
 </context>
 <context>
  <name>MoreAuthority</name>
  <message>
   <source>Type your name</source>
   <translation>請輸入您的姓名</translation>
  </message>
  <message>
   <source>Allow it</source>
   <translation>允許</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>取消</translation>
  </message>
  <message>
   <source>{wanted}: {meaning} That is more than {now}; a person answers for it.</source>
   <translation>{wanted}：{meaning}這比「{now}」更寬；須由人員負責。</translation>
  </message>
 </context>
 <context>
  <name>MorningPanel</name>
  <message>
   <source>Accept (A)</source>
   <translation>接受 (A)</translation>
  </message>
  <message>
   <source>Reject (J)</source>
   <translation>退回 (J)</translation>
  </message>
  <message>
   <source>Take back</source>
   <translation>收回</translation>
  </message>
  <message>
   <source>Correct this place</source>
   <translation>修正此處</translation>
  </message>
  <message>
   <source>Put the crop around this place into the review queue</source>
   <translation>把此處周圍的圖塊放入審閱佇列</translation>
  </message>
  <message>
   <source>before</source>
   <translation>之前</translation>
  </message>
  <message>
   <source>after</source>
   <translation>之後</translation>
  </message>
  <message>
   <source>No probe was made in this run.</source>
   <translation>此實驗沒有進行量測。</translation>
  </message>
  <message>
   <source>accepted</source>
   <translation>已接受</translation>
  </message>
  <message>
   <source>rejected</source>
   <translation>已退回</translation>
  </message>
  <message>
   <source>broke off</source>
   <translation>中斷</translation>
  </message>
  <message>
   <source>{when}: no image shows this place</source>
   <translation>{when}：沒有影像顯示此處</translation>
  </message>
  <message>
   <source>{when}: scan {n}</source>
   <translation>{when}：掃描 {n}</translation>
  </message>
 </context>
 <context>
  <name>Navigation</name>
  <message>
   <source>{page} (Ctrl+{number})</source>
   <translation>{page}（Ctrl+{number}）</translation>
  </message>
  <message>
   <source>Live</source>
   <translation>即時</translation>
  </message>
  <message>
   <source>Review</source>
   <translation>審閱</translation>
  </message>
  <message>
   <source>Teach</source>
   <translation>教學</translation>
  </message>
  <message>
   <source>Nights</source>
   <translation>夜間</translation>
  </message>
 </context>
 <context>
  <name>Nights</name>
  <message>
   <source>No model has looked at scan {n}: there is nothing to correct.</source>
   <translation>沒有模型判讀過掃描 {n}：沒有可修正的內容。</translation>
  </message>
  <message>
   <source>This place is in the queue already (item {n}).</source>
   <translation>此處已在佇列中（第 {n} 項）。</translation>
  </message>
  <message>
   <source>This place is item {n} of the review queue.</source>
   <translation>此處是審閱佇列的第 {n} 項。</translation>
  </message>
  <message>
   <source>The report is in {file}.</source>
   <translation>報告在 {file}。</translation>
  </message>
  <message>
   <source>The methods are in {file}.</source>
   <translation>方法在 {file}。</translation>
  </message>
  <message>
   <source>The table of sites is {file}.</source>
   <translation>位置表為 {file}。</translation>
  </message>
  <message>
   <source>The scans were exported to {file}.</source>
   <translation>掃描已匯出至 {file}。</translation>
  </message>
  <message>
   <source>No frame shows the whole area, so there are no figures.</source>
   <translation>沒有影像涵蓋整個區域，因此沒有數字。</translation>
  </message>
  <message>
   <source>From {kind} {n} ({area} looked at), as {model} draws it. Intervals hold for a surface that is everywhere like this frame.</source>
   <translation>來自{kind} {n}（檢視了 {area}），依 {model} 所畫。區間適用於各處都與這張影像相似的表面。</translation>
  </message>
  <message>
   <source>domain walls</source>
   <translation>疇壁</translation>
  </message>
  <message>
   <source>domain wall length per area</source>
   <translation>單位面積的疇壁長度</translation>
  </message>
  <message>
   <source>type undetermined</source>
   <translation>類型未定</translation>
  </message>
  <message>
   <source>180 deg walls</source>
   <translation>180 度疇壁</translation>
  </message>
  <message>
   <source>ferroelastic</source>
   <translation>鐵彈疇壁</translation>
  </message>
  <message>
   <source>mean domain size</source>
   <translation>平均疇尺寸</translation>
  </message>
  <message>
   <source>grain boundary length per area</source>
   <translation>單位面積的晶界長度</translation>
  </message>
  <message>
   <source>mean grain size</source>
   <translation>平均晶粒面積</translation>
  </message>
  <message>
   <source>mean grain diameter</source>
   <translation>平均晶粒直徑</translation>
  </message>
  <message>
   <source>unreadable</source>
   <translation>無法讀取</translation>
  </message>
  <message>
   <source>not begun</source>
   <translation>尚未開始</translation>
  </message>
  <message>
   <source>no model looked</source>
   <translation>沒有模型判讀</translation>
  </message>
  <message>
   <source>{clock}, {since} after the beginning; {scans} scans and {probes} probes were done</source>
   <translation>{clock}，開始後 {since}；已完成 {scans} 次掃描與 {probes} 次量測</translation>
  </message>
  <message>
   <source>nothing was scanned yet</source>
   <translation>當時尚未掃描任何內容</translation>
  </message>
  <message>
   <source>{name}: {rows} of {all} lines</source>
   <translation>{name}：{rows} / {all} 線</translation>
  </message>
  <message>
   <source>probe {n} was under way</source>
   <translation>當時正在進行量測 {n}</translation>
  </message>
  <message>
   <source>nothing was predicted</source>
   <translation>當時沒有預測</translation>
  </message>
  <message>
   <source>final prediction, as it was at that moment</source>
   <translation>最終預測，與當時相同</translation>
  </message>
  <message>
   <source>no model had looked at this frame yet</source>
   <translation>當時尚無模型判讀過這張影像</translation>
  </message>
  <message>
   <source>final prediction, cut to the {n} lines that the model had seen; what it saw of them then is not kept</source>
   <translation>最終預測，截至模型當時看過的 {n} 線；當時的判讀未保留</translation>
  </message>
  <message>
   <source>nothing was decided yet</source>
   <translation>當時尚未做出決定</translation>
  </message>
  <message>
   <source>refused by the guard: {why}</source>
   <translation>遭守衛拒絕：{why}</translation>
  </message>
  <message>
   <source>kind</source>
   <translation>種類</translation>
  </message>
  <message>
   <source>on</source>
   <translation>於</translation>
  </message>
  <message>
   <source>at</source>
   <translation>位於</translation>
  </message>
  <message>
   <source>result</source>
   <translation>結果</translation>
  </message>
  <message>
   <source>it broke off</source>
   <translation>中途中斷</translation>
  </message>
  <message>
   <source>native half cycle: onset</source>
   <translation>原生半週期：起始</translation>
  </message>
  <message>
   <source>native half cycle: coercive</source>
   <translation>原生半週期：矯頑</translation>
  </message>
  <message>
   <source>later cycles</source>
   <translation>後續週期</translation>
  </message>
  <message>
   <source>coercive</source>
   <translation>矯頑</translation>
  </message>
  <message>
   <source>imprint</source>
   <translation>印記</translation>
  </message>
  <message>
   <source>remanent response</source>
   <translation>殘餘響應</translation>
  </message>
  <message>
   <source>cycles that are loops</source>
   <translation>呈迴線的週期</translation>
  </message>
  <message>
   <source>why not</source>
   <translation>原因</translation>
  </message>
  <message>
   <source>map</source>
   <translation>拼圖</translation>
  </message>
  <message>
   <source>path of {n} sweeps</source>
   <translation>{n} 條掃描的路徑</translation>
  </message>
  <message>
   <source>writes</source>
   <translation>寫入</translation>
  </message>
  <message>
   <source>frame</source>
   <translation>影像</translation>
  </message>
  <message>
   <source>It would have asked for something else at {n} of {all} decisions.</source>
   <translation>在 {all} 個決定中，它有 {n} 個會提出不同的要求。</translation>
  </message>
  <message>
   <source>These requests take {after} instead of {before} by the cost model, one step at a time; what it would have seen there nobody knows.</source>
   <translation>依成本模型，逐步計算，這些要求需時 {after}，而非 {before}；它在那裡會看到什麼，無人知曉。</translation>
  </message>
 </context>
 <context>
  <name>NightsPage</name>
  <message>
   <source>Open a lab first: the review queue is in a lab.</source>
   <translation>請先開啟實驗室：審閱佇列位於實驗室中。</translation>
  </message>
  <message>
   <source>asked for at probe {name}</source>
   <translation>在量測 {name} 時提出要求</translation>
  </message>
  <message>
   <source>...</source>
   <translation>...</translation>
  </message>
  <message>
   <source>No run is in this lab yet; open the folder of one.</source>
   <translation>此實驗室尚無實驗；請開啟某個實驗的資料夾。</translation>
  </message>
  <message>
   <source>Folder of a run</source>
   <translation>實驗的資料夾</translation>
  </message>
  <message>
   <source>Open a run...</source>
   <translation>開啟實驗...</translation>
  </message>
  <message>
   <source>Show on all pages</source>
   <translation>在所有頁面顯示</translation>
  </message>
  <message>
   <source>Probes</source>
   <translation>量測</translation>
  </message>
  <message>
   <source>Figures</source>
   <translation>數據</translation>
  </message>
  <message>
   <source>Decisions</source>
   <translation>決定</translation>
  </message>
  <message>
   <source>Time travel</source>
   <translation>時光回溯</translation>
  </message>
  <message>
   <source>What if</source>
   <translation>假設</translation>
  </message>
 </context>
 <context>
  <name>Proposal</name>
  <message>
   <source>Proposed, and waits for you</source>
   <translation>已提議，等待您的決定</translation>
  </message>
  <message>
   <source>Approve</source>
   <translation>核准</translation>
  </message>
  <message>
   <source>Decline</source>
   <translation>否決</translation>
  </message>
  <message>
   <source>The run looks for another move</source>
   <translation>實驗改找其他移動</translation>
  </message>
 </context>
 <context>
  <name>RangeDialog</name>
  <message>
   <source>Range of the colours</source>
   <translation>色彩範圍</translation>
  </message>
  <message>
   <source>From</source>
   <translation>從</translation>
  </message>
  <message>
   <source>To</source>
   <translation>到</translation>
  </message>
 </context>
 <context>
  <name>Review</name>
  <message>
   <source>Fill the queue from the shown run</source>
   <translation>用顯示中的實驗填入佇列</translation>
  </message>
  <message>
   <source>Look again</source>
   <translation>重新查看</translation>
  </message>
  <message>
   <source>Choose a lab folder...</source>
   <translation>選擇實驗室資料夾...</translation>
  </message>
  <message>
   <source>Corrections are kept in a lab: a folder with runs, models and what people have corrected. Choose one, or make one from the run that is shown.</source>
   <translation>修正保存在實驗室中：內含實驗、模型與人員修正的資料夾。請選擇一個，或由顯示中的實驗建立。</translation>
  </message>
  <message>
   <source>No lab yet</source>
   <translation>尚無實驗室</translation>
  </message>
  <message>
   <source>The queue cannot be read</source>
   <translation>無法讀取佇列</translation>
  </message>
  <message>
   <source>Everything that was asked is answered. New crops come by themselves from runs of this lab when a scan is finished, and from any run by filling the queue.</source>
   <translation>所有問題都已回答。此實驗室的實驗每完成一次掃描，就會自動加入新的圖塊；也可以用任何實驗填入佇列。</translation>
  </message>
  <message>
   <source>Nothing waits</source>
   <translation>沒有等待的項目</translation>
  </message>
  <message>
   <source>Looking into the queue</source>
   <translation>正在查看佇列</translation>
  </message>
 </context>
 <context>
  <name>ReviewKeys</name>
  <message>
   <source>Draw</source>
   <translation>繪製</translation>
  </message>
  <message>
   <source>Class and size</source>
   <translation>類別與大小</translation>
  </message>
  <message>
   <source>Look</source>
   <translation>外觀</translation>
  </message>
  <message>
   <source>Answer</source>
   <translation>回答</translation>
  </message>
  <message>
   <source>Trace a wall: click along it</source>
   <translation>描繪疇壁：沿著它點按</translation>
  </message>
  <message>
   <source>Brush; Shift+click draws straight on</source>
   <translation>筆刷；Shift 加點按可畫直線</translation>
  </message>
  <message>
   <source>Eraser</source>
   <translation>橡皮擦</translation>
  </message>
  <message>
   <source>Bridge a gap: click into it</source>
   <translation>接合缺口：點按缺口</translation>
  </message>
  <message>
   <source>Cut a line: click or drag across</source>
   <translation>切斷線條：點按或拖過</translation>
  </message>
  <message>
   <source>Fill an area up to its lines</source>
   <translation>填滿區域直到線條</translation>
  </message>
  <message>
   <source>Pick lines: click, or draw a lasso</source>
   <translation>選取線條：點按，或用套索圈選</translation>
  </message>
  <message>
   <source>Delete picked lines; last anchor</source>
   <translation>刪除選取的線條；最後的錨點</translation>
  </message>
  <message>
   <source>Finish the trace</source>
   <translation>完成描繪</translation>
  </message>
  <message>
   <source>End what has begun</source>
   <translation>結束已開始的動作</translation>
  </message>
  <message>
   <source>Undo a stroke</source>
   <translation>復原一筆</translation>
  </message>
  <message>
   <source>Redo a stroke</source>
   <translation>重做一筆</translation>
  </message>
  <message>
   <source>Wall, type not told</source>
   <translation>疇壁，類型未定</translation>
  </message>
  <message>
   <source>180 deg wall</source>
   <translation>180 度疇壁</translation>
  </message>
  <message>
   <source>Ferroelastic wall</source>
   <translation>鐵彈疇壁</translation>
  </message>
  <message>
   <source>Grain boundary</source>
   <translation>晶界</translation>
  </message>
  <message>
   <source>Topography edge</source>
   <translation>形貌邊緣</translation>
  </message>
  <message>
   <source>Nobody can tell</source>
   <translation>無人能判斷</translation>
  </message>
  <message>
   <source>Smaller brush</source>
   <translation>縮小筆刷</translation>
  </message>
  <message>
   <source>Larger brush</source>
   <translation>放大筆刷</translation>
  </message>
  <message>
   <source>Hold: the image alone</source>
   <translation>按住：只看影像</translation>
  </message>
  <message>
   <source>Lines on or off</source>
   <translation>顯示或隱藏線條</translation>
  </message>
  <message>
   <source>Opacity of the lines</source>
   <translation>線條的不透明度</translation>
  </message>
  <message>
   <source>Next channel</source>
   <translation>下一個通道</translation>
  </message>
  <message>
   <source>Beside it: other model or person</source>
   <translation>並排：其他模型或人員</translation>
  </message>
  <message>
   <source>Whole crop</source>
   <translation>整個圖塊</translation>
  </message>
  <message>
   <source>Next disagreement</source>
   <translation>下一處分歧</translation>
  </message>
  <message>
   <source>Accept and next</source>
   <translation>接受並到下一個</translation>
  </message>
  <message>
   <source>Reject: a bad image, for nobody</source>
   <translation>退回：影像不佳，不給任何人</translation>
  </message>
  <message>
   <source>Unsure: leave it to others</source>
   <translation>不確定：留給其他人</translation>
  </message>
  <message>
   <source>Skip: ask me later</source>
   <translation>略過：稍後再問我</translation>
  </message>
  <message>
   <source>This sheet</source>
   <translation>此說明</translation>
  </message>
  <message>
   <source>{one} or {other}</source>
   <translation>{one} 或 {other}</translation>
  </message>
 </context>
 <context>
  <name>ReviewPage</name>
  <message>
   <source>Keys...</source>
   <translation>按鍵...</translation>
  </message>
  <message>
   <source>{count} lines are picked; Delete removes them.</source>
   <translation>已選取 {count} 條線；按 Delete 移除。</translation>
  </message>
  <message>
   <source>No other disagreement; D begins anew.</source>
   <translation>沒有其他分歧；按 D 重新開始。</translation>
  </message>
  <message>
   <source>Gone on with: {count} strokes of an earlier sitting are here.</source>
   <translation>繼續：這裡有先前的 {count} 筆。</translation>
  </message>
  <message>
   <source>Folder of a lab</source>
   <translation>實驗室的資料夾</translation>
  </message>
  <message>
   <source>Looking for crops that are worth a person's time.</source>
   <translation>正在尋找值得花時間的圖塊。</translation>
  </message>
  <message>
   <source>{count} crops are in the queue.</source>
   <translation>佇列中有 {count} 個圖塊。</translation>
  </message>
 </context>
 <context>
  <name>ReviewTools</name>
  <message>
   <source>Trace wall</source>
   <translation>描繪疇壁</translation>
  </message>
  <message>
   <source>Brush</source>
   <translation>筆刷</translation>
  </message>
  <message>
   <source>Eraser</source>
   <translation>橡皮擦</translation>
  </message>
  <message>
   <source>Bridge gap</source>
   <translation>接合缺口</translation>
  </message>
  <message>
   <source>Cut</source>
   <translation>切斷</translation>
  </message>
  <message>
   <source>Fill</source>
   <translation>填滿</translation>
  </message>
  <message>
   <source>Pick lines</source>
   <translation>選取線條</translation>
  </message>
  <message>
   <source>Click along the wall; double-click or Enter ends, Shift goes straight.</source>
   <translation>沿著疇壁點按；按兩下或 Enter 結束，Shift 畫直線。</translation>
  </message>
  <message>
   <source>Drag to draw; Shift+click goes straight on from the last point.</source>
   <translation>拖曳以繪製；Shift 加點按從最後一點畫直線。</translation>
  </message>
  <message>
   <source>Drag over what is wrong.</source>
   <translation>拖過錯誤之處。</translation>
  </message>
  <message>
   <source>Click into a gap, or drag from one line to the other.</source>
   <translation>點按缺口，或從一條線拖到另一條線。</translation>
  </message>
  <message>
   <source>Click on a line, or drag across it.</source>
   <translation>點按線條，或拖過它。</translation>
  </message>
  <message>
   <source>Click into an area to say that nobody can tell what is there.</source>
   <translation>點按區域，表示無人能判斷其中的內容。</translation>
  </message>
  <message>
   <source>Click a line or draw around some; then a class key, or Delete.</source>
   <translation>點按一條線，或圈選數條；然後按類別鍵或 Delete。</translation>
  </message>
 </context>
 <context>
  <name>ReviewWords</name>
  <message>
   <source>no reading</source>
   <translation>無讀數</translation>
  </message>
  <message>
   <source>{done} of {total} today</source>
   <translation>今天 {done} / {total}</translation>
  </message>
  <message>
   <source>{length} of line corrected in {time}</source>
   <translation>{time}內修正了 {length} 的線條</translation>
  </message>
  <message>
   <source>{share} % accepted as proposed</source>
   <translation>{share} % 依提議接受</translation>
  </message>
  <message>
   <source>Not saved: {why}</source>
   <translation>未儲存：{why}</translation>
  </message>
  <message>
   <source>Saving strokes: {count}</source>
   <translation>正在儲存筆劃：{count}</translation>
  </message>
  <message>
   <source>All strokes saved ({count})</source>
   <translation>所有筆劃皆已儲存（{count}）</translation>
  </message>
  <message>
   <source>Nothing drawn yet</source>
   <translation>尚未繪製</translation>
  </message>
  <message>
   <source>the model sees a line here, none is drawn</source>
   <translation>模型在此看見線條，但沒有畫出</translation>
  </message>
  <message>
   <source>a line is drawn here that the model doubts</source>
   <translation>這裡畫了模型懷疑的線條</translation>
  </message>
  <message>
   <source>{other} draws a line here</source>
   <translation>{other} 在此畫了線條</translation>
  </message>
  <message>
   <source>{other} draws no line here</source>
   <translation>{other} 在此沒有畫線</translation>
  </message>
  <message>
   <source>{count} px</source>
   <translation>{count} px</translation>
  </message>
 </context>
 <context>
  <name>RunTable</name>
  <message>
   <source>Run</source>
   <translation>實驗</translation>
  </message>
  <message>
   <source>Begun</source>
   <translation>開始</translation>
  </message>
  <message>
   <source>Sample</source>
   <translation>樣品</translation>
  </message>
  <message>
   <source>Time</source>
   <translation>時間</translation>
  </message>
  <message>
   <source>Scans</source>
   <translation>掃描</translation>
  </message>
  <message>
   <source>Probes</source>
   <translation>量測</translation>
  </message>
  <message>
   <source>Walls</source>
   <translation>疇壁</translation>
  </message>
  <message>
   <source>Faults</source>
   <translation>故障</translation>
  </message>
  <message>
   <source>State</source>
   <translation>狀態</translation>
  </message>
  <message>
   <source>Time of the instrument</source>
   <translation>儀器時間</translation>
  </message>
  <message>
   <source>Domain walls in the widest frame</source>
   <translation>最寬影像中的疇壁</translation>
  </message>
  <message>
   <source>No process runs it, and its journal has no end</source>
   <translation>沒有程序執行它，且其日誌沒有結尾</translation>
  </message>
 </context>
 <context>
  <name>RunWizard</name>
  <message>
   <source>New run</source>
   <translation>新的實驗</translation>
  </message>
  <message>
   <source>Written: {path}</source>
   <translation>已寫入：{path}</translation>
  </message>
  <message>
   <source>The run is being started...</source>
   <translation>正在啟動實驗...</translation>
  </message>
  <message>
   <source>Sample</source>
   <translation>樣品</translation>
  </message>
  <message>
   <source>Purpose</source>
   <translation>目的</translation>
  </message>
  <message>
   <source>First look</source>
   <translation>初步觀察</translation>
  </message>
  <message>
   <source>Consent</source>
   <translation>許可</translation>
  </message>
  <message>
   <source>Limits</source>
   <translation>限制</translation>
  </message>
  <message>
   <source>Check and start</source>
   <translation>檢查並開始</translation>
  </message>
  <message>
   <source>Back</source>
   <translation>返回</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>下一步</translation>
  </message>
  <message>
   <source>Open a file...</source>
   <translation>開啟檔案...</translation>
  </message>
  <message>
   <source>Save as...</source>
   <translation>另存新檔...</translation>
  </message>
  <message>
   <source>{page}: {count} wrong</source>
   <translation>{page}：{count} 處錯誤</translation>
  </message>
  <message>
   <source>The run has begun: {name}</source>
   <translation>實驗已開始：{name}</translation>
  </message>
  <message>
   <source>The run did not start: {why}</source>
   <translation>實驗未能開始：{why}</translation>
  </message>
  <message>
   <source>Open a run's file</source>
   <translation>開啟實驗的檔案</translation>
  </message>
  <message>
   <source>Run files (*.toml)</source>
   <translation>實驗檔 (*.toml)</translation>
  </message>
  <message>
   <source>Save the run's file</source>
   <translation>儲存實驗的檔案</translation>
  </message>
 </context>
 <context>
  <name>Scope</name>
  <message>
   <source>No line yet</source>
   <translation>尚無掃描線</translation>
  </message>
  <message>
   <source>{channel}, line {number}</source>
   <translation>{channel}，第 {number} 線</translation>
  </message>
  <message>
   <source>trace</source>
   <translation>去程</translation>
  </message>
  <message>
   <source>retrace</source>
   <translation>回程</translation>
  </message>
  <message>
   <source>slope taken off</source>
   <translation>已扣除斜率</translation>
  </message>
  <message>
   <source>median difference {value:.3g} {unit}</source>
   <translation>中位差 {value:.3g} {unit}</translation>
  </message>
 </context>
 <context>
  <name>SidePanel</name>
  <message>
   <source>nobody can tell</source>
   <translation>無人能判斷</translation>
  </message>
  <message>
   <source>Opacity of the lines; Shift and the wheel change it, too</source>
   <translation>線條的不透明度；Shift 加滾輪也可改變</translation>
  </message>
  <message>
   <source>Channel</source>
   <translation>通道</translation>
  </message>
  <message>
   <source>Beside</source>
   <translation>並排</translation>
  </message>
  <message>
   <source>Lines</source>
   <translation>線條</translation>
  </message>
  <message>
   <source> nm</source>
   <translation> nm</translation>
  </message>
  <message>
   <source>Pick them</source>
   <translation>選取</translation>
  </message>
  <message>
   <source>Then Delete removes them, and a class key renames them</source>
   <translation>之後按 Delete 移除，按類別鍵則重新命名</translation>
  </message>
  <message>
   <source>Lines shorter than</source>
   <translation>短於此長度的線條</translation>
  </message>
  <message>
   <source>At stake: {stake} px of line, weighted with the doubt ({doubt} %).</source>
   <translation>影響：{stake} px 的線條，以疑慮加權（{doubt} %）。</translation>
  </message>
  <message>
   <source>Asked because: {reason}</source>
   <translation>詢問原因：{reason}</translation>
  </message>
  <message>
   <source>nothing</source>
   <translation>無</translation>
  </message>
 </context>
 <context>
  <name>Steer</name>
  <message>
   <source>Starting</source>
   <translation>啟動中</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>進行中</translation>
  </message>
  <message>
   <source>Paused</source>
   <translation>已暫停</translation>
  </message>
  <message>
   <source>Waits for a person</source>
   <translation>等待人員</translation>
  </message>
  <message>
   <source>Ended</source>
   <translation>已結束</translation>
  </message>
  <message>
   <source>Broken off</source>
   <translation>中斷</translation>
  </message>
  <message>
   <source>Does not answer</source>
   <translation>無回應</translation>
  </message>
  <message>
   <source>Watch</source>
   <translation>觀看</translation>
  </message>
  <message>
   <source>Advise</source>
   <translation>建議</translation>
  </message>
  <message>
   <source>Supervised</source>
   <translation>監督</translation>
  </message>
  <message>
   <source>Unattended</source>
   <translation>無人值守</translation>
  </message>
  <message>
   <source>Nothing moves by itself.</source>
   <translation>不會自行移動。</translation>
  </message>
  <message>
   <source>Each move waits for a click.</source>
   <translation>每次移動都等待點按。</translation>
  </message>
  <message>
   <source>It moves by itself; a fault waits for a person.</source>
   <translation>會自行移動；發生故障時等待人員。</translation>
  </message>
  <message>
   <source>It moves by itself, also after a fault.</source>
   <translation>會自行移動，故障之後也一樣。</translation>
  </message>
  <message>
   <source>Tip speed</source>
   <translation>探針速度</translation>
  </message>
  <message>
   <source>Line rate</source>
   <translation>掃描線速率</translation>
  </message>
  <message>
   <source>Bias on the tip</source>
   <translation>探針偏壓</translation>
  </message>
  <message>
   <source>AC drive</source>
   <translation>交流驅動</translation>
  </message>
  <message>
   <source>Load of a force curve</source>
   <translation>力曲線的負載</translation>
  </message>
  <message>
   <source>Current through the tip</source>
   <translation>通過探針的電流</translation>
  </message>
  <message>
   <source>Passes over a 100 nm cell</source>
   <translation>100 nm 格內的通過次數</translation>
  </message>
  <message>
   <source>Volt seconds in a 100 nm cell</source>
   <translation>100 nm 格內的伏特秒</translation>
  </message>
  <message>
   <source>Distance of one move</source>
   <translation>單次移動的距離</translation>
  </message>
 </context>
 <context>
  <name>SteerPanel</name>
  <message>
   <source>Pause after line</source>
   <translation>此線後暫停</translation>
  </message>
  <message>
   <source>Stop, stay</source>
   <translation>停止，留在原處</translation>
  </message>
  <message>
   <source>End the run after the line under way; the tip is parked</source>
   <translation>在目前的線之後結束實驗；探針停妥</translation>
  </message>
  <message>
   <source>STOP + WITHDRAW</source>
   <translation>停止並退針</translation>
  </message>
  <message>
   <source>At once: bias and drive off, tip away from the sample (Ctrl+.)</source>
   <translation>立即：關閉偏壓與驅動，探針離開樣品（Ctrl+.）</translation>
  </message>
  <message>
   <source>Limits...</source>
   <translation>限制...</translation>
  </message>
  <message>
   <source>Authority</source>
   <translation>權限</translation>
  </message>
  <message>
   <source>no model</source>
   <translation>無模型</translation>
  </message>
  <message>
   <source>Model {model}</source>
   <translation>模型 {model}</translation>
  </message>
  <message>
   <source>Resume</source>
   <translation>繼續</translation>
  </message>
  <message>
   <source>No run is shown: there is no tip to withdraw here.</source>
   <translation>沒有顯示任何實驗：這裡沒有可退的探針。</translation>
  </message>
  <message>
   <source>refused: {why}</source>
   <translation>遭拒：{why}</translation>
  </message>
  <message>
   <source>No run</source>
   <translation>無實驗</translation>
  </message>
 </context>
 <context>
  <name>StopBar</name>
  <message>
   <source>Stop: {run}</source>
   <translation>停止：{run}</translation>
  </message>
  <message>
   <source>looking for the run</source>
   <translation>正在尋找實驗</translation>
  </message>
  <message>
   <source>linked, run is paused</source>
   <translation>已連線，實驗暫停</translation>
  </message>
  <message>
   <source>linked</source>
   <translation>已連線</translation>
  </message>
  <message>
   <source>run is starting</source>
   <translation>實驗啟動中</translation>
  </message>
  <message>
   <source>run has ended</source>
   <translation>實驗已結束</translation>
  </message>
  <message>
   <source>run does not answer</source>
   <translation>實驗沒有回應</translation>
  </message>
  <message>
   <source>no such run</source>
   <translation>無此實驗</translation>
  </message>
  <message>
   <source>{command} sent</source>
   <translation>已送出「{command}」</translation>
  </message>
  <message>
   <source>{command}: no answer for {seconds:.0f} s</source>
   <translation>「{command}」：已 {seconds:.0f} 秒沒有回應</translation>
  </message>
  <message>
   <source>Tip withdrawn, bias off ({time}). It stays up until a person clears it.</source>
   <translation>探針已退開，偏壓已關閉（{time}）。直到有人解除為止都維持退開。</translation>
  </message>
  <message>
   <source>NOT WITHDRAWN ({time}): {reason}. Use the instrument's own controls.</source>
   <translation>未退針（{time}）：{reason}。請使用儀器本身的控制。</translation>
  </message>
  <message>
   <source>{command}: the run obeys between two lines ({time})</source>
   <translation>「{command}」：實驗會在兩條掃描線之間執行（{time}）</translation>
  </message>
  <message>
   <source>{command} not obeyed ({time}): {reason}</source>
   <translation>「{command}」未執行（{time}）：{reason}</translation>
  </message>
  <message>
   <source>the run has ended, nobody listens</source>
   <translation>實驗已結束，無人接收</translation>
  </message>
  <message>
   <source>Pause after line</source>
   <translation>此線後暫停</translation>
  </message>
  <message>
   <source>Stop, stay</source>
   <translation>停止，留在原處</translation>
  </message>
  <message>
   <source>STOP + WITHDRAW</source>
   <translation>停止並退針</translation>
  </message>
 </context>
 <context>
  <name>TakeControl</name>
  <message>
   <source>Hold to take control</source>
   <translation>按住以取得控制權</translation>
  </message>
  <message>
   <source>This window only watches: the run was begun elsewhere, by {who}.</source>
   <translation>本視窗只能觀看：此實驗由 {who} 在別處開始。</translation>
  </message>
 </context>
 <context>
  <name>Teach</name>
  <message>
   <source>The training set "{name}" holds {n} crops.</source>
   <translation>訓練集「{name}」有 {n} 個圖塊。</translation>
  </message>
  <message>
   <source>The training was interrupted; its checkpoint is kept.</source>
   <translation>訓練已中斷；檢查點已保留。</translation>
  </message>
  <message>
   <source>{model} is a candidate now; let the gate judge it.</source>
   <translation>{model} 現在是候選模型；請進行審核。</translation>
  </message>
  <message>
   <source>{model} has passed the gate.</source>
   <translation>{model} 已通過審核。</translation>
  </message>
  <message>
   <source>The gate has refused {model}.</source>
   <translation>審核拒絕了 {model}。</translation>
  </message>
  <message>
   <source>{model} looks on beside the active model now.</source>
   <translation>{model} 現在與使用中的模型並行旁觀。</translation>
  </message>
  <message>
   <source>The next run uses {model}.</source>
   <translation>下一次實驗將使用 {model}。</translation>
  </message>
  <message>
   <source>{model} is active again, {before} is retired.</source>
   <translation>{model} 恢復使用，{before} 已停用。</translation>
  </message>
  <message>
   <source>No live run was using it.</source>
   <translation>沒有進行中的實驗使用它。</translation>
  </message>
  <message>
   <source>Live run {run}: {answer}.</source>
   <translation>進行中的實驗 {run}：{answer}。</translation>
  </message>
  <message>
   <source>Live run {run} does not obey: {answer}.</source>
   <translation>進行中的實驗 {run} 未遵從：{answer}。</translation>
  </message>
  <message>
   <source>`ai-afm {verb}` ended with code {code} and said nothing.</source>
   <translation>`ai-afm {verb}` 以代碼 {code} 結束，沒有說明。</translation>
  </message>
  <message>
   <source>No gate has judged this model in this lab.</source>
   <translation>此實驗室尚未審核過這個模型。</translation>
  </message>
  <message>
   <source>Report {n} has kept no pictures; judge it again to see them.</source>
   <translation>報告 {n} 沒有保留圖片；請再審核一次以查看。</translation>
  </message>
  <message>
   <source>There were no new corrections to be compared on.</source>
   <translation>沒有可供比較的新修正。</translation>
  </message>
  <message>
   <source>{n} of the newest corrections, from the largest gain to the largest loss: what {before} draws, what {after} draws, and what the person has drawn.</source>
   <translation>最新的 {n} 筆修正，從進步最多到退步最多：{before} 所畫、{after} 所畫，以及人員所畫。</translation>
  </message>
  <message>
   <source>Choose a candidate or a shadow to promote.</source>
   <translation>請選擇要升級的候選或影子模型。</translation>
  </message>
  <message>
   <source>Only a candidate or a shadow is promoted.</source>
   <translation>只有候選或影子模型可以升級。</translation>
  </message>
  <message>
   <source>Make active</source>
   <translation>設為使用中</translation>
  </message>
  <message>
   <source>Let it look on</source>
   <translation>讓它旁觀</translation>
  </message>
  <message>
   <source>The gate has not judged it yet.</source>
   <translation>尚未審核。</translation>
  </message>
  <message>
   <source>The gate has refused it (report {n}): {why}</source>
   <translation>審核已拒絕它（報告 {n}）：{why}</translation>
  </message>
  <message>
   <source>Report {n} is {why}; judge it again.</source>
   <translation>報告 {n} {why}；請再審核一次。</translation>
  </message>
  <message>
   <source>No model was active before in this lab.</source>
   <translation>此實驗室之前沒有使用中的模型。</translation>
  </message>
  <message>
   <source>Nothing new to learn from; the review queue holds {n} crops.</source>
   <translation>沒有新的內容可學；審閱佇列有 {n} 個圖塊。</translation>
  </message>
  <message>
   <source>{length} of line, {people}, {time}</source>
   <translation>{length} 的線條，{people}，{time}</translation>
  </message>
  <message>
   <source>1  Correct</source>
   <translation>1  修正</translation>
  </message>
  <message>
   <source>crops corrected since the last round</source>
   <translation>上一輪之後修正的圖塊</translation>
  </message>
  <message>
   <source>Review</source>
   <translation>審閱</translation>
  </message>
  <message>
   <source>2  Freeze</source>
   <translation>2  凍結</translation>
  </message>
  <message>
   <source>Freeze a training set</source>
   <translation>凍結訓練集</translation>
  </message>
  <message>
   <source>nothing was corrected yet</source>
   <translation>尚未修正任何內容</translation>
  </message>
  <message>
   <source>training sets</source>
   <translation>訓練集</translation>
  </message>
  <message>
   <source>crops in the newest set "{name}"</source>
   <translation>最新資料集「{name}」中的圖塊</translation>
  </message>
  <message>
   <source>{n} of them to validate on</source>
   <translation>其中 {n} 個用於驗證</translation>
  </message>
  <message>
   <source>{n} newer crops are not in it</source>
   <translation>{n} 個較新的圖塊不在其中</translation>
  </message>
  <message>
   <source>the newest set has all there is</source>
   <translation>最新的資料集已包含全部內容</translation>
  </message>
  <message>
   <source>3  Teach</source>
   <translation>3  教學</translation>
  </message>
  <message>
   <source>steps</source>
   <translation>步</translation>
  </message>
  <message>
   <source>steps; it makes ready</source>
   <translation>步；準備中</translation>
  </message>
  <message>
   <source>freeze a training set first</source>
   <translation>請先凍結訓練集</translation>
  </message>
  <message>
   <source>steps of a round that was interrupted</source>
   <translation>中斷那一輪的步數</translation>
  </message>
  <message>
   <source>It goes on from its last checkpoint.</source>
   <translation>從最後的檢查點繼續。</translation>
  </message>
  <message>
   <source>Go on</source>
   <translation>繼續</translation>
  </message>
  <message>
   <source>the last one gave {model}</source>
   <translation>上一輪產生 {model}</translation>
  </message>
  <message>
   <source>Teach</source>
   <translation>教學</translation>
  </message>
  <message>
   <source>rounds so far</source>
   <translation>至今的輪數</translation>
  </message>
  <message>
   <source>It waits: the run {run} is live.</source>
   <translation>等待中：實驗 {run} 正在進行。</translation>
  </message>
  <message>
   <source>Another process trains.</source>
   <translation>另一個程序正在訓練。</translation>
  </message>
  <message>
   <source>{time} to go</source>
   <translation>還需 {time}</translation>
  </message>
  <message>
   <source>4  Judge</source>
   <translation>4  審核</translation>
  </message>
  <message>
   <source>Judge</source>
   <translation>審核</translation>
  </message>
  <message>
   <source>candidate to be judged</source>
   <translation>待審核的候選模型</translation>
  </message>
  <message>
   <source>no</source>
   <translation>否</translation>
  </message>
  <message>
   <source>the gate compares it with the active model</source>
   <translation>審核會把它與使用中的模型比較</translation>
  </message>
  <message>
   <source>nobody has judged it</source>
   <translation>尚無人審核</translation>
  </message>
  <message>
   <source>passed</source>
   <translation>通過</translation>
  </message>
  <message>
   <source>refused</source>
   <translation>遭拒絕</translation>
  </message>
  <message>
   <source>by the gate, report {n}</source>
   <translation>由審核判定，報告 {n}</translation>
  </message>
  <message>
   <source>Judge again</source>
   <translation>再審核一次</translation>
  </message>
  <message>
   <source>5  Use</source>
   <translation>5  使用</translation>
  </message>
  <message>
   <source>none</source>
   <translation>無</translation>
  </message>
  <message>
   <source>model is active</source>
   <translation>個使用中的模型</translation>
  </message>
  <message>
   <source>is the model that runs use</source>
   <translation>是實驗所用的模型</translation>
  </message>
  <message>
   <source>{who}: {reason}</source>
   <translation>{who}：{reason}</translation>
  </message>
  <message>
   <source>a set is being frozen</source>
   <translation>正在凍結資料集</translation>
  </message>
  <message>
   <source>a training is under way</source>
   <translation>正在訓練</translation>
  </message>
  <message>
   <source>the gate is judging</source>
   <translation>正在審核</translation>
  </message>
  <message>
   <source>compared with {model}, which is no longer active</source>
   <translation>與 {model} 比較，而它已不再使用</translation>
  </message>
  <message>
   <source>No model was trained in this lab yet.</source>
   <translation>此實驗室尚未訓練過模型。</translation>
  </message>
  <message>
   <source>Learns from the set "{set}", starting from {parent}. {n} of {batch} crops of a step are corrections; the others are replayed simulated material, so that nothing is forgotten.</source>
   <translation>從資料集「{set}」學習，以 {parent} 為起點。每步 {batch} 個圖塊中有 {n} 個是修正；其餘重播模擬材料，以免遺忘。</translation>
  </message>
  <message>
   <source>{n} steps were skipped, it went back {k} times.</source>
   <translation>略過 {n} 步，退回 {k} 次。</translation>
  </message>
  <message>
   <source>{model}: {n} steps, {time} of processor time.</source>
   <translation>{model}：{n} 步，處理器時間 {time}。</translation>
  </message>
  <message>
   <source>{model}: interrupted after {n} steps, {time}.</source>
   <translation>{model}：在 {n} 步、{time} 後中斷。</translation>
  </message>
  <message>
   <source>It makes ready.</source>
   <translation>準備中。</translation>
  </message>
  <message>
   <source>Step {n} of {all}, loss {loss}</source>
   <translation>第 {n} / {all} 步，損失 {loss}</translation>
  </message>
  <message>
   <source>It makes the simulated material to be replayed; a lab's first round takes longer.</source>
   <translation>正在製作要重播的模擬材料；實驗室的第一輪需時較長。</translation>
  </message>
  <message>
   <source>Passed: {model} may take the place of {against}.</source>
   <translation>通過：{model} 可以取代 {against}。</translation>
  </message>
  <message>
   <source>Refused: {model} may not take the place of {against}.</source>
   <translation>拒絕：{model} 不得取代 {against}。</translation>
  </message>
  <message>
   <source>On your newest corrections F1 goes from {before} to {after} ({change}; 95 % interval {low} to {high}, {frames} frames).</source>
   <translation>在您最新的修正上，F1 從 {before} 變為 {after}（{change}；95 % 區間 {low} 至 {high}，{frames} 張影像）。</translation>
  </message>
  <message>
   <source>It has learned from these crops, so that proves little.</source>
   <translation>它已從這些圖塊學習，因此證明力有限。</translation>
  </message>
  <message>
   <source>at least {limit}</source>
   <translation>至少 {limit}</translation>
  </message>
  <message>
   <source>at most {limit}</source>
   <translation>至多 {limit}</translation>
  </message>
  <message>
   <source>holds</source>
   <translation>成立</translation>
  </message>
  <message>
   <source>broken</source>
   <translation>損壞</translation>
  </message>
  <message>
   <source>too little to tell</source>
   <translation>資料太少，無法判斷</translation>
  </message>
  <message>
   <source>the whole model</source>
   <translation>整個模型</translation>
  </message>
  <message>
   <source>not measured</source>
   <translation>未量測</translation>
  </message>
 </context>
 <context>
  <name>TeachPage</name>
  <message>
   <source>No lab is open.</source>
   <translation>沒有開啟的實驗室。</translation>
  </message>
  <message>
   <source>{lab} is no lab yet: the first correction makes it one.</source>
   <translation>{lab} 還不是實驗室：第一筆修正會使它成為實驗室。</translation>
  </message>
  <message>
   <source>...</source>
   <translation>...</translation>
  </message>
  <message>
   <source>It was interrupted.</source>
   <translation>已中斷。</translation>
  </message>
  <message>
   <source>Training</source>
   <translation>訓練</translation>
  </message>
  <message>
   <source>Verdict</source>
   <translation>裁定</translation>
  </message>
  <message>
   <source>Before and after</source>
   <translation>之前與之後</translation>
  </message>
  <message>
   <source>Sets</source>
   <translation>資料集</translation>
  </message>
  <message>
   <source>History</source>
   <translation>歷程</translation>
  </message>
 </context>
 <context>
  <name>ToolColumn</name>
  <message>
   <source>Smaller brush</source>
   <translation>縮小筆刷</translation>
  </message>
  <message>
   <source>Larger brush</source>
   <translation>放大筆刷</translation>
  </message>
  <message>
   <source>Width {size} px</source>
   <translation>寬度 {size} px</translation>
  </message>
 </context>
 <context>
  <name>TravelPanel</name>
  <message>
   <source>Decision before</source>
   <translation>之前的決定</translation>
  </message>
  <message>
   <source>Decision after</source>
   <translation>之後的決定</translation>
  </message>
  <message>
   <source>When</source>
   <translation>時間</translation>
  </message>
  <message>
   <source>Frame</source>
   <translation>影像</translation>
  </message>
  <message>
   <source>Prediction</source>
   <translation>預測</translation>
  </message>
  <message>
   <source>Decision</source>
   <translation>決定</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>模型</translation>
  </message>
 </context>
 <context>
  <name>VerdictPanel</name>
  <message>
   <source>Verdict</source>
   <translation>裁定</translation>
  </message>
  <message>
   <source>Rule</source>
   <translation>規則</translation>
  </message>
  <message>
   <source>On</source>
   <translation>對象</translation>
  </message>
  <message>
   <source>Found</source>
   <translation>結果</translation>
  </message>
  <message>
   <source>Limit</source>
   <translation>限度</translation>
  </message>
  <message>
   <source>95 % interval</source>
   <translation>95 % 區間</translation>
  </message>
  <message>
   <source>Measured in</source>
   <translation>量測對象</translation>
  </message>
  <message>
   <source>not judged</source>
   <translation>未審核</translation>
  </message>
  <message>
   <source>No gate has judged this model in this lab.</source>
   <translation>此實驗室尚未審核過這個模型。</translation>
  </message>
  <message>
   <source>passed</source>
   <translation>通過</translation>
  </message>
  <message>
   <source>refused</source>
   <translation>遭拒絕</translation>
  </message>
 </context>
 <context>
  <name>Welcome</name>
  <message>
   <source>Watch, steer, correct, teach</source>
   <translation>觀看、操控、修正、教學</translation>
  </message>
  <message>
   <source>The demo is a microscope that drives itself on a simulated sample. It needs no instrument, and nothing in it can be broken.</source>
   <translation>示範是一台在模擬樣品上自行運作的顯微鏡。它不需要儀器，也不會弄壞任何東西。</translation>
  </message>
  <message>
   <source>Open a run...</source>
   <translation>開啟實驗...</translation>
  </message>
  <message>
   <source>New run...</source>
   <translation>新的實驗...</translation>
  </message>
  <message>
   <source>The demo starts...</source>
   <translation>示範啟動中...</translation>
  </message>
  <message>
   <source>Open the demo</source>
   <translation>開啟示範</translation>
  </message>
 </context>
 <context>
  <name>WhatIfPanel</name>
  <message>
   <source>Ask</source>
   <translation>詢問</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>取消</translation>
  </message>
  <message>
   <source>Any key of the run's configuration as KEY=VALUE, or another controller.</source>
   <translation>以 KEY=VALUE 指定實驗設定的任何項目，或另一個控制器。</translation>
  </message>
  <message>
   <source>Row</source>
   <translation>列</translation>
  </message>
  <message>
   <source>It did</source>
   <translation>它做了</translation>
  </message>
  <message>
   <source>It would have</source>
   <translation>它會做</translation>
  </message>
  <message>
   <source>Difference</source>
   <translation>差異</translation>
  </message>
  <message>
   <source>Each decision is taken again ...</source>
   <translation>正在重新做出每個決定...</translation>
  </message>
  <message>
   <source>The question was dropped.</source>
   <translation>已放棄此問題。</translation>
  </message>
  <message>
   <source>What if</source>
   <translation>假設</translation>
  </message>
 </context>
 <context>
  <name>Window</name>
  <message>
   <source>There is no page {name}.</source>
   <translation>沒有 {name} 頁面。</translation>
  </message>
  <message>
   <source>Folder of a run</source>
   <translation>實驗的資料夾</translation>
  </message>
  <message>
   <source>Folder of a lab</source>
   <translation>實驗室的資料夾</translation>
  </message>
 </context>
 <context>
  <name>Wizard</name>
  <message>
   <source>What the run would do</source>
   <translation>實驗將會做什麼</translation>
  </message>
  <message>
   <source>Move</source>
   <translation>移動</translation>
  </message>
  <message>
   <source>Time</source>
   <translation>時間</translation>
  </message>
  <message>
   <source>Guard</source>
   <translation>守衛</translation>
  </message>
  <message>
   <source>Folder of the run</source>
   <translation>實驗的資料夾</translation>
  </message>
  <message>
   <source>This allows more than before</source>
   <translation>這比之前允許更多</translation>
  </message>
  <message>
   <source>Type your name: you answer for it</source>
   <translation>輸入您的姓名：由您負責</translation>
  </message>
  <message>
   <source>Start the run</source>
   <translation>開始實驗</translation>
  </message>
  <message>
   <source>If it sees nothing, it ends with: {words}</source>
   <translation>若什麼都沒看到，則以此結束：{words}</translation>
  </message>
  <message>
   <source>The plan is being checked...</source>
   <translation>正在檢查計畫...</translation>
  </message>
  <message>
   <source>The plan has not been checked yet.</source>
   <translation>計畫尚未檢查。</translation>
  </message>
  <message>
   <source>refused</source>
   <translation>遭拒絕</translation>
  </message>
  <message>
   <source>legal</source>
   <translation>合法</translation>
  </message>
  <message>
   <source>Correct what is marked first.</source>
   <translation>請先修正標示之處。</translation>
  </message>
  <message>
   <source>Not possible: {why}</source>
   <translation>不可行：{why}</translation>
  </message>
  <message>
   <source>Type your name: this run is allowed more than before.</source>
   <translation>請輸入您的姓名：此實驗獲准的範圍比之前更大。</translation>
  </message>
  <message>
   <source>The run needs a folder of its own that does not exist yet.</source>
   <translation>實驗需要一個尚不存在的專屬資料夾。</translation>
  </message>
  <message>
   <source>Moves known beforehand: {count} ({time} of instrument time).</source>
   <translation>事先已知的移動：{count}（{time} 儀器時間）。</translation>
  </message>
  <message>
   <source>Closer frames after that, if every place is found: {time}.</source>
   <translation>之後若每個位置都找到，較近的影像需要：{time}。</translation>
  </message>
  <message>
   <source>A full raster as fine as the closest frames: {time}.</source>
   <translation>與最近影像同樣精細的全區掃描：{time}。</translation>
  </message>
  <message>
   <source>The guard refuses {count} of them.</source>
   <translation>守衛拒絕其中 {count} 個。</translation>
  </message>
  <message>
   <source>unlimited current</source>
   <translation>電流不受限</translation>
  </message>
  <message>
   <source>a wider limit: {name}</source>
   <translation>較寬的限制：{name}</translation>
  </message>
  <message>
   <source>voltages in {count} painted zones</source>
   <translation>{count} 個塗畫區域中的電壓</translation>
  </message>
  <message>
   <source>a run without anybody at hand</source>
   <translation>無人在場的實驗</translation>
  </message>
  <message>
   <source>What may be done where</source>
   <translation>何處可以做什麼</translation>
  </message>
  <message>
   <source>Elsewhere only images are allowed. Paint zones on the map; where two overlap, the later one counts. Bias and pulses hold for each 100 nm cell.</source>
   <translation>其他地方只允許成像。請在地圖上塗畫區域；重疊之處以較晚者為準。偏壓與脈衝以每個 100 nm 格計算。</translation>
  </message>
  <message>
   <source>Zone</source>
   <translation>區域</translation>
  </message>
  <message>
   <source>Size</source>
   <translation>尺寸</translation>
  </message>
  <message>
   <source>Bias, V</source>
   <translation>偏壓 (V)</translation>
  </message>
  <message>
   <source>Pulses</source>
   <translation>脈衝</translation>
  </message>
  <message>
   <source>Draw such a zone on the map with the mouse</source>
   <translation>用滑鼠在地圖上畫出這樣的區域</translation>
  </message>
  <message>
   <source>x</source>
   <translation>x</translation>
  </message>
  <message>
   <source>Remove</source>
   <translation>移除</translation>
  </message>
  <message>
   <source>First look</source>
   <translation>初步觀察</translation>
  </message>
  <message>
   <source>all</source>
   <translation>全部</translation>
  </message>
  <message>
   <source>Size (fast, slow)</source>
   <translation>尺寸（快軸、慢軸）</translation>
  </message>
  <message>
   <source>Centre (x, y)</source>
   <translation>中心（x、y）</translation>
  </message>
  <message>
   <source>Angle of the fast axis</source>
   <translation>快軸角度</translation>
  </message>
  <message>
   <source>Draw it on the map</source>
   <translation>在地圖上畫出</translation>
  </message>
  <message>
   <source>Lines</source>
   <translation>線條</translation>
  </message>
  <message>
   <source>Pixels</source>
   <translation>像素</translation>
  </message>
  <message>
   <source>Line rate</source>
   <translation>掃描線速率</translation>
  </message>
  <message>
   <source>All frames</source>
   <translation>所有影像</translation>
  </message>
  <message>
   <source>as set</source>
   <translation>依設定</translation>
  </message>
  <message>
   <source>AC drive</source>
   <translation>交流驅動</translation>
  </message>
  <message>
   <source>Setpoint</source>
   <translation>設定點</translation>
  </message>
  <message>
   <source>Channels</source>
   <translation>通道</translation>
  </message>
  <message>
   <source>They are listed when the instrument has been asked (check of the plan).</source>
   <translation>詢問儀器之後（檢查計畫時）會列出。</translation>
  </message>
  <message>
   <source>Budget and authority</source>
   <translation>預算與權限</translation>
  </message>
  <message>
   <source>Authority</source>
   <translation>權限</translation>
  </message>
  <message>
   <source>Instrument time at most</source>
   <translation>儀器時間上限</translation>
  </message>
  <message>
   <source>Limits</source>
   <translation>限制</translation>
  </message>
  <message>
   <source>What passes a limit is refused, never cut down. While the run goes on, limits can be narrowed; nobody widens them then. Wider ones than before need your name on the last page.</source>
   <translation>超過限制的要求會遭拒絕，絕不截短。實驗進行中可以收緊限制，但無人能放寬。比之前更寬的限制，須在最後一頁填寫您的姓名。</translation>
  </message>
  <message>
   <source>Setpoint (from, to)</source>
   <translation>設定點（從、到）</translation>
  </message>
  <message>
   <source>What is to be found out?</source>
   <translation>要找出什麼？</translation>
  </message>
  <message>
   <source>Images: walls and boundaries, closer at the best places</source>
   <translation>影像：疇壁與晶界，在最佳位置近看</translation>
  </message>
  <message>
   <source>Hysteresis loops at walls and beside them</source>
   <translation>疇壁及其旁邊的電滯迴線</translation>
  </message>
  <message>
   <source>Every wall of an area, finely, in less time</source>
   <translation>以較短時間精細掃描區域內的每道疇壁</translation>
  </message>
  <message>
   <source>A question with an answer that is fixed beforehand</source>
   <translation>事先定好答案形式的問題</translation>
  </message>
  <message>
   <source>As the file says (its plan is not edited here)</source>
   <translation>依檔案所載（其計畫不在此編輯）</translation>
  </message>
  <message>
   <source>Closer frames</source>
   <translation>較近的影像</translation>
  </message>
  <message>
   <source>Probes</source>
   <translation>量測</translation>
  </message>
  <message>
   <source>Area</source>
   <translation>區域</translation>
  </message>
  <message>
   <source>Question</source>
   <translation>問題</translation>
  </message>
  <message>
   <source>What it saves is told when the plan has been checked.</source>
   <translation>檢查計畫之後會說明能節省多少。</translation>
  </message>
  <message>
   <source>The full raster takes {raster}; nothing is saved.</source>
   <translation>全區掃描需時 {raster}；沒有節省。</translation>
  </message>
  <message>
   <source>Likely {time} instead of the raster's {raster}: {saved:.0f} % saved. That is the mean measured on twin samples with walls on 1 to 8 % of the area; with more walls less is saved. After its first look the run predicts its own.</source>
   <translation>可能需時 {time}，而全區掃描為 {raster}：節省 {saved:.0f} %。這是在疇壁占面積 1 至 8 % 的模擬樣品上量得的平均值；疇壁愈多，節省愈少。實驗初步觀察之後會自行預測。</translation>
  </message>
  <message>
   <source>Places looked at closely</source>
   <translation>近看的位置數</translation>
  </message>
  <message>
   <source>Sizes of the closer frames, nm</source>
   <translation>較近影像的尺寸，nm</translation>
  </message>
  <message>
   <source>1/4 and 1/10 of the first look</source>
   <translation>初步觀察的 1/4 與 1/10</translation>
  </message>
  <message>
   <source>Largest bias of a loop</source>
   <translation>迴線的最大偏壓</translation>
  </message>
  <message>
   <source>Cycles</source>
   <translation>週期數</translation>
  </message>
  <message>
   <source>Bias steps a cycle</source>
   <translation>每週期的偏壓步數</translation>
  </message>
  <message>
   <source>Time on field at a step</source>
   <translation>每步加場時間</translation>
  </message>
  <message>
   <source>AC drive that reads it</source>
   <translation>讀取用的交流驅動</translation>
  </message>
  <message>
   <source>Sites on the wall of a place</source>
   <translation>每個位置在疇壁上的量測點數</translation>
  </message>
  <message>
   <source>Time for all probes</source>
   <translation>所有量測的時間</translation>
  </message>
  <message>
   <source>predict, then follow or raster</source>
   <translation>先預測，再跟隨或全區掃描</translation>
  </message>
  <message>
   <source>follow the walls, whatever it costs</source>
   <translation>跟隨疇壁，不計代價</translation>
  </message>
  <message>
   <source>every line, slow at walls only</source>
   <translation>每條線都掃，只在疇壁處放慢</translation>
  </message>
  <message>
   <source>every 8th line, then strips</source>
   <translation>每 8 條掃一條，再補掃條帶</translation>
  </message>
  <message>
   <source>where the model is least sure</source>
   <translation>在模型最不確定之處</translation>
  </message>
  <message>
   <source>full raster</source>
   <translation>全區掃描</translation>
  </message>
  <message>
   <source>Policy</source>
   <translation>策略</translation>
  </message>
  <message>
   <source>Lines of the full raster</source>
   <translation>全區掃描的線數</translation>
  </message>
  <message>
   <source>Pixels of the full raster</source>
   <translation>全區掃描的像素數</translation>
  </message>
  <message>
   <source>Line rate of the full raster</source>
   <translation>全區掃描的線速率</translation>
  </message>
  <message>
   <source>at walls</source>
   <translation>在疇壁</translation>
  </message>
  <message>
   <source>in the bulk</source>
   <translation>在疇內部</translation>
  </message>
  <message>
   <source>in domain A</source>
   <translation>在疇 A</translation>
  </message>
  <message>
   <source>in domain B</source>
   <translation>在疇 B</translation>
  </message>
  <message>
   <source>nucleation bias</source>
   <translation>成核偏壓</translation>
  </message>
  <message>
   <source>half-switching bias</source>
   <translation>半翻轉偏壓</translation>
  </message>
  <message>
   <source>Differs the</source>
   <translation>此處的量是否不同：</translation>
  </message>
  <message>
   <source>measured</source>
   <translation>量測於</translation>
  </message>
  <message>
   <source>from that</source>
   <translation>相較於</translation>
  </message>
  <message>
   <source>by at least</source>
   <translation>至少相差</translation>
  </message>
  <message>
   <source>Chance of a false yes</source>
   <translation>誤判為「是」的機率</translation>
  </message>
  <message>
   <source>Wall segments at most</source>
   <translation>疇壁段數上限</translation>
  </message>
  <message>
   <source>Sample and person</source>
   <translation>樣品與人員</translation>
  </message>
  <message>
   <source>Sample</source>
   <translation>樣品</translation>
  </message>
  <message>
   <source>Responsible person</source>
   <translation>負責人</translation>
  </message>
  <message>
   <source>Seed of all chance</source>
   <translation>所有隨機的種子</translation>
  </message>
  <message>
   <source>Instrument</source>
   <translation>儀器</translation>
  </message>
  <message>
   <source>real time</source>
   <translation>實際時間</translation>
  </message>
  <message>
   <source>accelerated (twin only)</source>
   <translation>加速（僅限模擬）</translation>
  </message>
  <message>
   <source>as fast as it computes (twin only)</source>
   <translation>盡可能快地計算（僅限模擬）</translation>
  </message>
  <message>
   <source>Acceleration</source>
   <translation>加速倍數</translation>
  </message>
  <message>
   <source>World of the twin</source>
   <translation>模擬樣品的種類</translation>
  </message>
  <message>
   <source>digital twin</source>
   <translation>數位分身</translation>
  </message>
  <message>
   <source>replay of a stored scan</source>
   <translation>重播已儲存的掃描</translation>
  </message>
  <message>
   <source>Adapter</source>
   <translation>轉接器</translation>
  </message>
  <message>
   <source>Clock</source>
   <translation>時鐘</translation>
  </message>
  <message>
   <source>Options of the adapter</source>
   <translation>轉接器的選項</translation>
  </message>
 </context>
</TS>
