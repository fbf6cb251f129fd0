# PowerShell completion for lskeys.
# Made by lskeys from its own verbs and options; a change made here is lost.
#
# In $PROFILE:
#     lskeys completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName lskeys -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Command -> what may follow: commands and options, each with its help, and arguments.
    $shapes = @{
        '' = @{
            commands = [ordered]@{
                'list' = 'List key pairs.'
                'show' = 'Show everything about one key pair.'
                'create' = 'Make a key pair: the key is made and saved here, only its public half goes to AWS.'
                'import' = 'Import a public key as a key pair, in one or more regions.'
                'download-default' = 'Save the default private key of one or more regions, verified, with its .pub.'
                'delete' = 'Delete key pairs, guarded by the fingerprint of the key on this disk.'
                'rotate-default' = 'Replace the default pair of a region by a new one; the old private key is kept.'
                'tag' = 'Give a key pair tags; one that it has gets the new value.'
                'untag' = 'Take tags from a key pair, whatever their values.'
                'fingerprint' = 'Show every form of fingerprint of local keys, as openssl and ssh-keygen print them.'
                'audit' = 'Compare the key folders with the account, and tell what is wrong and what mends it.'
                'ssh-config' = 'Print Host blocks for instances, each with the key on this disk that opens it.'
                'regions' = 'List the regions Lightsail has for this account.'
                'config' = 'Show every setting, its value and where it came from.'
                'sandbox' = 'The built-in pretend Lightsail.'
                'completion' = 'Print the script that completes verbs, options and key names at TAB.'
                'help' = 'Show the help of a verb or a topic.'
            }
            options = [ordered]@{
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'list' = @{
            commands = @{}
            options = [ordered]@{
                '--include-default' = 'With each region''s default pair.'
                '--tag' = 'Only pairs with this tag; globs work.'
                '--unused' = 'Only pairs that no instance names.'
                '--in-use' = 'Only pairs that an instance names.'
                '--sort' = 'Order by a column; - is downwards.'
                '--columns' = 'Which columns, in which order.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('names...')
        }
        'ls' = @{
            commands = @{}
            options = [ordered]@{
                '--include-default' = 'With each region''s default pair.'
                '--tag' = 'Only pairs with this tag; globs work.'
                '--unused' = 'Only pairs that no instance names.'
                '--in-use' = 'Only pairs that an instance names.'
                '--sort' = 'Order by a column; - is downwards.'
                '--columns' = 'Which columns, in which order.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('names...')
        }
        'show' = @{
            commands = @{}
            options = [ordered]@{
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('names')
        }
        'create' = @{
            commands = @{}
            options = [ordered]@{
                '--type' = 'Default: rsa.'
                '--bits' = 'The size of an RSA key: 4096.'
                '--tag' = 'A tag for it; may be given again.'
                '--passphrase' = 'Ask for a passphrase and encrypt the key.'
                '--passphrase-file' = 'Its first line is the passphrase.'
                '--out' = 'The folder to save in (default: ~/.ssh).'
                '--file' = 'The file to save as; - is stdout.'
                '--force' = 'Replace another key there, keeping it beside.'
                '--service-generated' = 'Let AWS make the key (CreateKeyPair).'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('nothing')
        }
        'import' = @{
            commands = @{}
            options = [ordered]@{
                '--if-absent' = 'The same key under that name is no failure.'
                '--tag' = 'A tag for it; may be given again.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('nothing', 'files')
        }
        'download-default' = @{
            commands = @{}
            options = [ordered]@{
                '--out' = 'The folder to save in (default: ~/.ssh).'
                '--file' = 'The file to save as; - is stdout.'
                '--create' = 'Create the default pair where there is none.'
                '--force' = 'Replace another key there, keeping it beside.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'delete' = @{
            commands = @{}
            options = [ordered]@{
                '--fingerprint' = 'Only if the fingerprint is that of the local key, or, with a value, this one.'
                '--key' = 'The local key; else found by content.'
                '--backup' = 'Save the default key there before.'
                '--no-backup' = 'Give up the only copy of the default key.'
                '--missing-ok' = 'A pair that is not there is no failure.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('names...')
        }
        'rm' = @{
            commands = @{}
            options = [ordered]@{
                '--fingerprint' = 'Only if the fingerprint is that of the local key, or, with a value, this one.'
                '--key' = 'The local key; else found by content.'
                '--backup' = 'Save the default key there before.'
                '--no-backup' = 'Give up the only copy of the default key.'
                '--missing-ok' = 'A pair that is not there is no failure.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('names...')
        }
        'rotate-default' = @{
            commands = @{}
            options = [ordered]@{
                '--out' = 'The folder to save in (default: ~/.ssh).'
                '--force' = 'Replace another key there, keeping it beside.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'tag' = @{
            commands = @{}
            options = [ordered]@{
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('names', 'nothing...')
        }
        'untag' = @{
            commands = @{}
            options = [ordered]@{
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('names', 'nothing...')
        }
        'fingerprint' = @{
            commands = @{}
            options = [ordered]@{
                '--match' = 'Ask the account which key pairs they belong to.'
                '--passphrase' = 'Ask for the passphrase of encrypted keys.'
                '--passphrase-file' = 'Its first line is the passphrase.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('files...')
        }
        'audit' = @{
            commands = @{}
            options = [ordered]@{
                '--max-age' = 'Pairs older than this are findings.'
                '--ignore' = 'Not these findings; may be given again.'
                '--fix' = 'Mend loose permissions and missing public halves.'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'ssh-config' = @{
            commands = @{}
            options = [ordered]@{
                '--known-hosts' = 'Pin the host keys AWS has seen; without --write, print them as known_hosts.'
                '--write' = 'Write a file of its own, and have ~/.ssh/config include it.'
                '--file' = 'That file (default: ~/.ssh/lskeys.config).'
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('nothing...')
        }
        'regions' = @{
            commands = @{}
            options = [ordered]@{
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'config' = @{
            commands = @{}
            options = [ordered]@{
                '--profile' = 'The AWS profile to use; list, show, audit, regions and fingerprint take several.'
                '--region' = 'A region, or ''all''; may be given again.'
                '--all-regions' = 'Every region the account has.'
                '--endpoint-url' = 'Ask this server; https, or http on loopback.'
                '--sandbox' = 'Use the built-in pretend Lightsail.'
                '--timeout' = 'The longest one question to AWS may take, retries included (default: 60).'
                '--output' = 'Default: table on a terminal, text in a pipe.'
                '--query' = 'Pick from the JSON document, as the AWS CLI does.'
                '--quiet' = 'Names only.'
                '--null' = 'End names and lines with NUL: xargs -0.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'sandbox' = @{
            commands = [ordered]@{
                'serve' = 'Answer any AWS tool on loopback until interrupted; prints the endpoint.'
                'env' = 'Print the exports that point any AWS tool at a running `sandbox serve`.'
                'reset' = 'Begin anew with a fresh account; switches set here stay for every later use.'
                'path' = 'Print where the sandbox keeps its account.'
            }
            options = [ordered]@{
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'sandbox serve' = @{
            commands = @{}
            options = [ordered]@{
                '--port' = '0 takes any free one.'
                '--set' = 'A switch, such as page-size=5, latency=0.2, fingerprint-default=sha256-ssh, fault=DeleteKeyPair=lost-answer*1; may be given again.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'sandbox env' = @{
            commands = @{}
            options = [ordered]@{
                '--port' = 'Where it serves.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'sandbox reset' = @{
            commands = @{}
            options = [ordered]@{
                '--set' = 'A switch, such as page-size=5, latency=0.2, fingerprint-default=sha256-ssh, fault=DeleteKeyPair=lost-answer*1; may be given again.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--dry-run' = 'Say what would happen, change nothing.'
                '--yes' = 'Do not ask.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'sandbox path' = @{
            commands = @{}
            options = [ordered]@{
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @()
        }
        'completion' = @{
            commands = @{}
            options = [ordered]@{
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('words:bash zsh fish powershell')
        }
        'help' = @{
            commands = @{}
            options = [ordered]@{
                '--man' = 'Print the manual page''s source, for man -l -.'
                '--color' = 'Default: auto.'
                '--no-input' = 'Never ask anything.'
                '--debug' = 'Show each call on stderr; never a key.'
                '--version' = 'Show the version.'
                '--help' = 'Show this message and exit.'
            }
            arguments = @('words:exit-codes environment formatting fingerprints security list show create import download-default delete rotate-default tag untag fingerprint audit ssh-config regions config sandbox completion help')
        }
    }

    # Option -> what can stand as its value.
    $values = @{
        '--backup' = 'folders'
        '--bits' = 'nothing'
        '--color' = 'words:auto always never'
        '--columns' = 'list:name region created fingerprint tags used-by local-files account arn support-code profile'
        '--endpoint-url' = 'nothing'
        '--file' = 'files'
        '--fingerprint' = 'nothing'
        '--ignore' = 'words:loose-permissions mismatched-key wrong-public missing-private stale-default no-fingerprint hidden-key orphaned-key duplicate-key shared-key old-pair unused-pair missing-public'
        '--key' = 'files'
        '--max-age' = 'nothing'
        '--out' = 'folders'
        '--output' = 'words:table text csv json jsonl'
        '-o' = 'words:table text csv json jsonl'
        '--passphrase-file' = 'files'
        '--port' = 'nothing'
        '--profile' = 'profiles'
        '-p' = 'profiles'
        '--query' = 'nothing'
        '--region' = 'regions'
        '-r' = 'regions'
        '--set' = 'nothing'
        '--sort' = 'words:name region created fingerprint tags used-by local-files account arn support-code profile -name -region -created -fingerprint -tags -used-by -local-files -account -arn -support-code -profile'
        '--tag' = 'nothing'
        '--timeout' = 'nothing'
        '--type' = 'words:rsa ed25519'
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
            'folders' { (Get-ChildItem -Path "$wordToComplete*" -Directory).FullName }
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
