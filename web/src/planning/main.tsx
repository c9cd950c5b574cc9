/** Where planners work: analyses, what was run, and its results. */
import './planning.css';
import {Analyses} from './analyses';
import {AnalysisForm} from './form';
import {Run} from './run';
import {ScenarioPage} from './scenarios';
import {part} from '../site/address';
import {startPage} from '../site/page';

startPage('planning', 'pagePlanning', () => {
  if (part('run')) return <Run id={part('run')} />;
  if (part('scenario')) return <ScenarioPage key={part('scenario')} id={part('scenario')} />;
  return part('analysis') ? <AnalysisForm key={part('analysis')} id={part('analysis')} /> : <Analyses />;
});
