import {useState} from 'preact/hooks';
import {say} from './language';

const SAID_MS = 2_000;

/** A text with a button that copies it; where the browser forbids that, it is selected to be copied by hand. */
export function Copied({text}: {text: string}) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (button: HTMLElement): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), SAID_MS);
    } catch {
      const code = button.previousElementSibling;
      if (code) getSelection()?.selectAllChildren(code);
    }
  };
  return <span class="row copied">
    <code>{text}</code>
    <button type="button" class="link" onClick={({currentTarget}) => void copy(currentTarget)}>
      {say(isCopied ? 'copied' : 'copy')}
    </button>
  </span>;
}
