/** Adds what the pages of analyses say to what all pages say. */
import {MESSAGES} from './index';
import {PLANNING_EN} from './planning.en';
import {PLANNING_VI} from './planning.vi';

Object.assign(MESSAGES.vi, PLANNING_VI);
Object.assign(MESSAGES.en, PLANNING_EN);
