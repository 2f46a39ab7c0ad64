import React, { useState, type FC } from "react";
import { format } from "./format";

export interface PanelProps<T extends object = {}> {
  title: string;
  items?: readonly T[];
  onSelect(item: T, index: number): void;
}

type Mode = "open" | "closed" | `half-${number}`;
enum Size { Small = 1, Large = Small << 2 }
declare module "panel" { export const version: string; }

abstract class Base<P> {
  protected static count = 0;
  constructor(private readonly props: P, public name?: string) {}
  abstract render(): JSX.Element;
  get size(): Size { return Size.Large; }
}

export const Panel: FC<PanelProps<any>> = ({ title, items = [], onSelect }) => {
  const [mode, setMode] = useState<Mode>("closed");
  const label = `${title} (${items.length}) — ${format(mode)}`;
  return (
    <section className="panel" onClick={() => setMode("open")}>
      <h2>{label}</h2>
      {items.map((item, i) => <Row key={i} {...item} onClick={() => onSelect(item, i)} />)}
      <p>it&apos;s {"text"} /* not a comment */</p>
    </section>
  );
};

function Row(props: { key?: number; onClick?: () => void }) {
  return <li {...props}>{/* nothing */}</li>;
}

export default class Wide extends Base<PanelProps> {
  render() { return <Panel title={/x[/]y/g.source} onSelect={() => {}} />; }
}
