# PowerShell completion for lskeys.
# @HEADING@
#
# In $PROFILE:
#     lskeys completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName lskeys -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Command -> what may follow: commands and options, each with its help, and arguments.
    $shapes = @{
@SHAPES@
    }

    # Option -> what can stand as its value.
    $values = @{
@VALUES@
    }

    $program = $commandAst.CommandElements[0].Extent.Text
    $typed = @(
        $commandAst.CommandElements |
            Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
            ForEach-Object { $_.Extent.Text }
    )
    $command = ''
    $option = ''
    $ended = $false
    $position = 0
    foreach ($word in $typed) {
        $longer = "$command $word".Trim()
        if ($option) { $option = '' }
        elseif (-not $ended -and $word -eq '--') { $ended = $true }
        elseif (-not $ended -and $word.StartsWith('-')) {
            if ($values.ContainsKey($word)) { $option = $word }
        }
        elseif ($shapes.ContainsKey($longer)) { $command = $longer }
        else { $position++ }
    }
    $shape = $shapes[$command]

    function Get-Words($kind) {
        switch -Wildcard ($kind) {
            'words:*' { $kind.Substring(6).Split(' ') }
            'list:*' {
                $before = $wordToComplete -replace '[^,]*$', ''
                $kind.Substring(5).Split(' ') |
                    Where-Object { $before.Split(',') -notcontains $_ } |
                    ForEach-Object { "$before$_" }
            }
            'files' { (Get-ChildItem -Path "$wordToComplete*").FullName }
            'directories' { (Get-ChildItem -Path "$wordToComplete*" -Directory).FullName }
            'nothing' { }
            default { & $program _complete $kind @typed 2>$null }
        }
    }

    function New-Result($text, $help) {
        $quoted = if ($text -match '[^\w./\\:,=~-]') { "'" + $text.Replace("'", "''") + "'" } else { $text }
        [System.Management.Automation.CompletionResult]::new($quoted, $text, 'ParameterValue', $help)
    }

    if ($option) {
        $found = @(Get-Words $values[$option])
    }
    elseif (-not $ended -and $wordToComplete.StartsWith('-')) {
        return $shape.options.GetEnumerator() |
            Where-Object { $_.Key.StartsWith($wordToComplete) } |
            ForEach-Object { New-Result $_.Key $_.Value }
    }
    elseif ($shape.commands.Count) {
        return $shape.commands.GetEnumerator() |
            Where-Object { $_.Key.StartsWith($wordToComplete) } |
            ForEach-Object { New-Result $_.Key $_.Value }
    }
    else {
        $kind = $shape.arguments | Select-Object -Index ([Math]::Min($position, $shape.arguments.Count - 1))
        if ($position -ge $shape.arguments.Count -and $kind -notlike '*...') { $kind = 'nothing' }
        $found = @(Get-Words ($kind -replace '\.\.\.$', ''))
    }
    $found |
        Where-Object { $_ -and ($_.StartsWith($wordToComplete) -or (Test-Path -LiteralPath $_)) } |
        ForEach-Object { New-Result $_ $_ }
}
